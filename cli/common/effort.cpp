// SPDX-License-Identifier: Apache-2.0
#include "cli/common/effort.h"

#include <cmath>

#include "core/text/number.h"

namespace vec2vec::cli {
namespace {

void set_effort(const std::string& text, Effort& effort, double& time_budget) {
  for (const Effort known : {Effort::kLow, Effort::kNormal, Effort::kHigh})
    if (text == to_string(known)) {
      effort = known;
      return;
    }
  const std::optional<double> seconds = seconds_of(text);
  if (!seconds || *seconds == 0)
    throw CLI::ValidationError("--effort",
                               "must be low, normal or high, or a time such as 90s, 5m or 1h, which is high effort "
                               "until then; is '" +
                                   text + "'");
  effort = Effort::kHigh;
  time_budget = *seconds;
}

}  // namespace

std::optional<double> seconds_of(std::string text) {
  double unit = 1;
  if (text.ends_with('s') || text.ends_with('m') || text.ends_with('h')) {
    unit = text.back() == 's' ? 1 : text.back() == 'm' ? 60 : 3600;
    text.pop_back();
  }
  const std::optional<double> number = parse_number(text);
  if (!number || !(*number >= 0) || std::isinf(*number)) return std::nullopt;
  return *number * unit;
}

CLI::Option* add_time_option(CLI::App& command, const std::string& name, double& seconds, const std::string& help) {
  const auto set = [&seconds, name](const std::string& text) {
    const std::optional<double> given = seconds_of(text);
    if (!given) throw CLI::ValidationError(name, "must be a time such as 90s, 5m or 1h, or 0; is '" + text + "'");
    seconds = *given;
  };
  return command.add_option_function<std::string>(name, set, help + ", e.g. 90s, 5m, 1h")
      ->type_name("TIME")
      ->default_str(shortest(seconds));
}

void add_effort_option(CLI::App& command, Effort& effort, double& time_budget, const std::string& help) {
  command
      .add_option_function<std::string>(
          "--effort", [&effort, &time_budget](const std::string& text) { set_effort(text, effort, time_budget); }, help)
      ->type_name("EFFORT")
      ->default_str("normal");
}

}  // namespace vec2vec::cli
