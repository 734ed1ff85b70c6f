// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/align.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <array>

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

constexpr std::array kPrecisions = {"auto", "float32", "bfloat16"};  // in the order of NeuralPrecision

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

Result train(const Rows& source, const Rows& target, const Map* start, const PairArray& pairs, NeuralOptions options,
             const std::string& source_name, const std::string& target_name, const Path& plot, const nb::object& progress) {
  if (!start) options.start = NeuralStart::kRandom;
  if (!plot.empty()) {
    options.on_log = [path = plot.string()](const std::string& json) { save_page(path, training_page(json), true); };
  }
  NeuralSummary summary;
  run(progress, [&](const Progress& report) {
    options.progress = report;
    summary =
        train_neural({view(source), view(target), source_name, target_name, row_pairs(pairs)}, start ? *start : Map{}, options);
  });
  return {std::move(summary.map), summary.brief(), summary.to_json()};
}

void add_neural_options(nb::module_& module) {
  nb::class_<NeuralOptions>(module, "NeuralOptions")
      .def_static("preset", &neural_preset, nb::arg("name"))
      .def("set_loss", [](NeuralOptions& o, const std::string& name, double coefficient) { o.loss.set(name, coefficient); })
      .def_rw("steps", &NeuralOptions::steps)
      .def_prop_rw(
          "width", [](const NeuralOptions& o) { return o.width; },
          [](NeuralOptions& o, Index width) { o.width = o.discriminator_width = width; })
      .def_rw("batch", &NeuralOptions::batch)
      .def_rw("period", &NeuralOptions::period)
      .def_rw("learning_rate", &NeuralOptions::learning_rate)
      .def_rw("discriminator_rate", &NeuralOptions::discriminator_learning_rate)
      .def_prop_rw(
          "preserve", [](const NeuralOptions& o) { return std::string(o.preserve == Preserve::kRows ? "rows" : "start"); },
          [](NeuralOptions& o, const std::string& whose) { o.preserve = whose == "rows" ? Preserve::kRows : Preserve::kStart; })
      .def_rw("seeds", &NeuralOptions::seeds)
      .def_rw("instance_noise", &NeuralOptions::instance_noise)
      .def_rw("discriminator_penalty", &NeuralOptions::discriminator_penalty)
      .def_rw("blend", &NeuralOptions::blend)
      .def_rw("close", &NeuralOptions::close)
      .def_rw("matching_temperature", &NeuralOptions::matching_temperature)
      .def_rw("matching_whitening", &NeuralOptions::matching_whitening)
      .def_rw("matching_debias", &NeuralOptions::matching_debias)
      .def_prop_rw(
          "precision", [](const NeuralOptions& o) { return std::string(kPrecisions[static_cast<std::size_t>(o.precision)]); },
          [](NeuralOptions& o, const std::string& name) {
            for (std::size_t p = 0; p < kPrecisions.size(); ++p)
              if (name == kPrecisions[p]) o.precision = static_cast<NeuralPrecision>(p);
          })
      .def_rw("seed", &NeuralOptions::seed)
      .def_rw("threads", &NeuralOptions::threads)
      .def_rw("time_budget", &NeuralOptions::time_budget)
      .def_rw("checkpoint", &NeuralOptions::checkpoint)
      .def_rw("log", &NeuralOptions::log);
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
  add_neural_options(module);
  module.def("train_neural", &train, nb::arg("source").noconvert(), nb::arg("target").noconvert(), nb::arg("start").none(),
             nb::arg("pairs").noconvert(), nb::arg("options"), nb::arg("source_name"), nb::arg("target_name"), nb::arg("plot"),
             nb::arg("progress").none());
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
