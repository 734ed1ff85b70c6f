// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vec2vec/progress.h"

namespace vec2vec::cli {

/// The progress function of work in phases of about equal cost: their parts are reported as parts of the whole, so that the
/// time left is that of the whole. A phase is known by its stage's name; other stages lie between phases and do not count.
/// Phases before the first that runs were done by an earlier run.
inline Progress in_phases(Progress progress, std::vector<std::string> phases) {
  if (!progress || phases.empty()) return progress;
  struct State {  // shared by all copies of the function
    std::size_t first, now = 0;
    double shown = 0;
  };
  const auto state = std::make_shared<State>(State{phases.size()});
  return [progress = std::move(progress), phases = std::move(phases), state](std::string_view stage, double done) {
    auto& [first, now, shown] = *state;
    const auto found = std::find(phases.begin() + static_cast<std::ptrdiff_t>(now), phases.end(), stage);
    if (found != phases.end()) {
      now = static_cast<std::size_t>(found - phases.begin());
      first = std::min(first, now);
      const double part = (static_cast<double>(now - first) + done) / static_cast<double>(phases.size() - first);
      shown = std::max(shown, part);  // a phase may count several times from 0
    }
    if (first == phases.size()) return progress(stage, done);  // no phase has begun
    const std::string number =
        found == phases.end() ? "" : " (" + std::to_string(now + 1) + " of " + std::to_string(phases.size()) + ")";
    return progress(std::string(stage) + number, shown);
  };
}

}  // namespace vec2vec::cli
