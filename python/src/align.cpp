// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/align.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "rows.h"
#include "run.h"
#include "vec2vec/error.h"
#include "vec2vec/neural.h"
#include "vec2vec/pages.h"
#include "vec2vec/pairs.h"
#include "vec2vec/portrait.h"

namespace vec2vec::python {

Effort parse_effort(const std::string& text) {
  for (const Effort effort : {Effort::kLow, Effort::kNormal, Effort::kHigh})
    if (text == to_string(effort)) return effort;
  bad_input("is '" + text + "'", "`AlignOptions::effort`", "low, normal or high");
}

namespace {

using PairArray = nb::ndarray<const std::int64_t, nb::shape<-1, 2>, nb::c_contig, nb::device::cpu>;

std::vector<RowPair> row_pairs(const PairArray& pairs) {
  std::vector<RowPair> found;
  for (std::size_t i = 0; i < pairs.shape(0); ++i) found.push_back({pairs.data()[2 * i], pairs.data()[2 * i + 1]});
  return found;
}

/// The map, the report for people, the report as JSON.
using Result = std::tuple<Map, std::string, std::string>;

/// targets: rows of the known spaces, at least one, and their names.
Result align_rows(const Rows& source, const std::vector<Rows>& targets, const PairArray& pairs, const std::string& source_name,
                  const std::vector<std::string>& target_names, std::uint64_t seed, int threads, const std::string& effort,
                  double time_budget, bool by_cosine, bool partial, const Path& checkpoint, const nb::object& progress) {
  AlignProblem problem{view(source), view(targets.at(0)), source_name, target_names.at(0), row_pairs(pairs)};
  for (std::size_t k = 1; k < targets.size(); ++k) problem.more_targets.push_back({view(targets[k]), target_names.at(k)});
  AlignOptions options;
  options.seed = seed;
  options.threads = threads;
  options.effort = parse_effort(effort);
  options.time_budget = time_budget;
  options.by_cosine = by_cosine;
  options.partial = partial;
  options.checkpoint = checkpoint.string();
  AlignSummary summary;
  run(progress, [&](const Progress& report) {
    options.progress = report;
    summary = align(problem, options);
  });
  return {std::move(summary.map), summary.brief(), summary.to_json()};
}

/// What the map looks like, as JSON.
std::string draw(const Map& map, const Rows& source, const std::vector<Rows>& targets, const std::string& source_name,
                 const std::vector<std::string>& target_names, const std::vector<std::string>& source_texts,
                 const std::vector<std::string>& target_texts, std::uint64_t seed, int threads, const nb::object& progress) {
  AlignProblem problem{view(source), view(targets.at(0)), source_name, target_names.at(0)};
  for (std::size_t k = 1; k < targets.size(); ++k) problem.more_targets.push_back({view(targets[k]), target_names.at(k)});
  PortraitOptions options;
  options.source_texts = source_texts;
  options.target_texts = target_texts;
  options.seed = seed;
  options.threads = threads;
  std::string json;
  run(progress, [&](const Progress& report) {
    options.progress = report;
    json = portrait(map, problem, options);
  });
  return json;
}

Result train(const Rows& source, const Rows& target, const Map* start, const PairArray& pairs, const std::string& preset,
             std::optional<Index> steps, std::optional<double> blend, int seeds, const std::string& source_name,
             const std::string& target_name, std::uint64_t seed, int threads, double time_budget, const Path& checkpoint,
             const Path& log, const Path& plot, const nb::object& progress) {
  NeuralOptions options = neural_preset(preset);
  if (!start) options.start = NeuralStart::kRandom;
  if (steps) options.steps = *steps;
  if (blend) options.blend = blend;
  options.seed = seed;
  options.threads = threads;
  options.time_budget = time_budget;
  options.checkpoint = checkpoint.string();
  options.log = log.string();
  if (!plot.empty()) {
    options.on_log = [path = plot.string()](const std::string& json) { save_page(path, training_page(json), true); };
  }
  options.seeds = seeds;
  NeuralSummary summary;
  run(progress, [&](const Progress& report) {
    options.progress = report;
    summary =
        train_neural({view(source), view(target), source_name, target_name, row_pairs(pairs)}, start ? *start : Map{}, options);
  });
  return {std::move(summary.map), summary.brief(), summary.to_json()};
}

}  // namespace

void add_align(nb::module_& module) {
  module.def(
      "read_pairs",
      [](const std::string& path) {
        PairFile* file = new PairFile;
        const nb::capsule owner(file, [](void* memory) noexcept { delete static_cast<PairFile*>(memory); });
        run(nb::none(), [&](const Progress&) { *file = read_pairs(path); });
        warn(path, file->notes);
        static_assert(sizeof(RowPair) == 2 * sizeof(std::int64_t));
        return nb::ndarray<nb::numpy, std::int64_t, nb::ndim<2>>(file->pairs.data(), {file->pairs.size(), 2}, owner);
      },
      nb::arg("path"));
  module.def("align", &align_rows, nb::arg("source").noconvert(), nb::arg("targets").noconvert(), nb::arg("pairs").noconvert(),
             nb::arg("source_name"), nb::arg("target_names"), nb::arg("seed"), nb::arg("threads"), nb::arg("effort"),
             nb::arg("time_budget"), nb::arg("by_cosine"), nb::arg("partial"), nb::arg("checkpoint"),
             nb::arg("progress").none());
  module.def("align_page", &align_page, nb::arg("json"));
  module.def("portrait", &draw, nb::arg("map"), nb::arg("source").noconvert(), nb::arg("targets").noconvert(),
             nb::arg("source_name"), nb::arg("target_names"), nb::arg("source_texts"), nb::arg("target_texts"), nb::arg("seed"),
             nb::arg("threads"), nb::arg("progress").none());
  module.def("train_neural", &train, nb::arg("source").noconvert(), nb::arg("target").noconvert(), nb::arg("start").none(),
             nb::arg("pairs").noconvert(), nb::arg("preset"), nb::arg("steps").none(), nb::arg("blend").none(),
             nb::arg("seeds"), nb::arg("source_name"), nb::arg("target_name"), nb::arg("seed"), nb::arg("threads"),
             nb::arg("time_budget"), nb::arg("checkpoint"), nb::arg("log"), nb::arg("plot"), nb::arg("progress").none());
  module.def(
      "fit_paired",
      [](const Rows& source, const Rows& target) {
        Map map;
        run(nb::none(), [&](const Progress&) { map = fit_paired(view(source), view(target)); });
        return map;
      },
      nb::arg("source").noconvert(), nb::arg("target").noconvert());
}

}  // namespace vec2vec::python
