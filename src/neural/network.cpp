// SPDX-License-Identifier: Apache-2.0
#include "neural/network.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/text/json.h"
#include "neural/translator.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec::neural {
namespace {

constexpr Index kWidest = 1 << 20;  // far above any model; keeps products of sizes read from a file from overflowing
constexpr int kDeepest = 1000;

const char* to_string(Skip skip) { return skip == Skip::kNone ? "none" : skip == Skip::kIdentity ? "identity" : "linear"; }

Skip skip_of(const std::string& name) {
  for (Skip skip : {Skip::kNone, Skip::kIdentity, Skip::kLinear})
    if (name == to_string(skip)) return skip;
  bad_input("there is no skip '" + name + "'");
}

}  // namespace

Network::Network(const std::vector<MlpShape>& shapes) {
  for (std::size_t i = 0; i < shapes.size(); ++i) stages_.emplace_back(parameters, "neural." + std::to_string(i), shapes[i]);
  parameters.gradients.clear();
}

Network::Network(const Translator& translator, const std::vector<float>& values, int from, int to)
    : Network({translator.input[static_cast<std::size_t>(from)].shape(), translator.backbone.shape(),
               translator.output[static_cast<std::size_t>(to)].shape()}) {
  auto into = parameters.slots.begin();
  for (const Mlp* stage : {&translator.input[static_cast<std::size_t>(from)], &translator.backbone,
                           &translator.output[static_cast<std::size_t>(to)]})
    for (const Slot& slot : stage->slots())
      std::copy_n(values.data() + slot.offset, slot.size(), parameters.values.data() + (into++)->offset);
}

void Network::apply(MatrixView x, MatrixSpan y) const {
  Matrix now;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const bool last = i + 1 == stages_.size();
    Matrix next(last ? 0 : x.rows, last ? 0 : stages_[i].shape().out);
    stages_[i].apply(parameters, i == 0 ? x : now.view(), last ? y : next.span());
    now = std::move(next);
  }
}

Matrix Network::translate(MatrixView x, int threads) const {
  constexpr Index kBlock = 512;
  Matrix y(x.rows, out());
  parallel_blocks(x.rows, kBlock, threads, [&](Index first, Index count) {
    apply(x.middle_rows(first, count), y.span().middle_rows(first, count));
    normalise_rows(y.span().middle_rows(first, count));
  });
  return y;
}

void Network::multiply_output(MatrixView m) {
  const Mlp& last = stages_.back();
  for (const Slot& slot : last.output_slots()) {
    const MatrixSpan tensor = parameters.value(slot);
    const Matrix changed = product(tensor, m);
    std::copy_n(changed.data(), slot.size(), tensor.data);
  }
}

std::string Network::describe() const {
  auto stages = nlohmann::ordered_json::array();
  for (const Mlp& stage : stages_) {
    const MlpShape& s = stage.shape();
    stages.push_back({{"in", s.in}, {"hidden", s.hidden}, {"out", s.out}, {"depth", s.depth}, {"skip", to_string(s.skip)}});
  }
  return json_text(stages);
}

std::vector<MlpShape> Network::parse(const std::string& description, const std::string& where) {
  std::vector<MlpShape> shapes;
  try {
    for (const auto& stage : parse_json(description)) {
      const MlpShape s{stage.at("in"), stage.at("hidden"), stage.at("out"), stage.at("depth"), skip_of(stage.at("skip"))};
      const bool in_range = std::min({s.in, s.hidden, s.out}) >= 1 && std::max({s.in, s.hidden, s.out}) <= kWidest &&
                            s.depth >= 1 && s.depth <= kDeepest;
      const bool fits = (shapes.empty() || shapes.back().out == s.in) && (s.skip != Skip::kIdentity || s.in == s.out);
      if (!in_range || !fits) bad_input("the layers of the map do not fit together", where, "make it again with `align()`");
      shapes.push_back(s);
    }
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the layers of the map are malformed: ") + error.what(), where, "make it again with `align()`");
  }
  if (shapes.empty()) bad_input("the map names no layers", where, "make it again with `align()`");
  return shapes;
}

}  // namespace vec2vec::neural
