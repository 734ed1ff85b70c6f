// SPDX-License-Identifier: Apache-2.0
#include "align/search/search_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "io/resume/checkpoint.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr char kFormat[] = "vec2vec-search-2";

std::span<const float> values_of(const Matrix& m) { return {m.data(), static_cast<std::size_t>(m.rows() * m.cols())}; }

}  // namespace

std::string search_key(const ViewPair& view, const PairTerm& pairs, const AlignOptions& options) {
  const std::uint64_t hash = hash_of(pairs.y, hash_of(pairs.x, hash_of(view.y, hash_of(view.x))));
  return "seed " + std::to_string(options.seed) + " effort " + to_string(options.effort) + " rows " + std::to_string(hash);
}

void save_search(const std::string& path, const std::string& key, const SearchState& state) {
  nlohmann::ordered_json progress = {
      {"next", state.next}, {"pool", nlohmann::json::array()}, {"starts", nlohmann::json::array()}};
  std::vector<NamedArray> arrays;
  for (const Climber& c : state.pool) {
    const std::string name = std::to_string(progress["pool"].size());
    progress["pool"].push_back({c.search, c.start, c.score});
    arrays.push_back({"map." + name, values_of(c.map)});
    arrays.push_back({"mean." + name, values_of(c.mean)});
  }
  for (const StartReport& s : state.starts) progress["starts"].push_back({s.start, s.anchors, s.pair_free_score});
  save_checkpoint(path, kFormat, key, arrays, json_text(progress));
}

SearchState load_search(const std::string& path, const std::string& key, Index dims) {
  const Checkpoint checkpoint = load_checkpoint(path, kFormat, key);
  const auto matrix = [&](const std::string& name) {
    Matrix m(dims, dims);
    std::ranges::copy(checkpoint.array(name, dims * dims, path), m.data());
    return m;
  };
  SearchState state;
  try {
    const auto progress = parse_json(checkpoint.progress);
    state.next = progress.at("next");
    for (const auto& c : progress.at("pool")) {
      const std::string name = std::to_string(state.pool.size());
      state.pool.push_back({c.at(0), c.at(1), matrix("map." + name), matrix("mean." + name), c.at(2)});
    }
    for (const auto& s : progress.at("starts")) state.starts.push_back({s.at(0), s.at(1), s.at(2)});
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the checkpoint is malformed: ") + error.what(), path, "delete it and start again");
  }
  return state;
}

}  // namespace vec2vec
