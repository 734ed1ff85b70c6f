// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "rows.h"
#include "run.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/inspect.h"
#include "vec2vec/measure.h"
#include "vec2vec/pages.h"

namespace vec2vec::python {
namespace {

/// The report for people, and the report as JSON.
using Report = std::tuple<std::string, std::string>;

Report evaluate_rows(const Rows& translated, const Rows& truth, const Rows& mean, Index pool, Index bootstrap,
                     std::uint64_t seed, int threads, const nb::object& progress) {
  EvaluateOptions options;
  options.pool = pool;
  options.bootstrap = bootstrap;
  options.seed = seed;
  options.threads = threads;
  Evaluation result;
  run(progress, [&](const Progress& report) {
    options.progress = report;
    // No mean is an array without rows here.
    result = evaluate(view(translated), view(truth), mean.shape(0) == 0 ? MatrixView{} : view(mean), options);
  });
  return {result.brief(), result.to_json()};
}

Report inspect_rows(const Rows& rows, const std::string& name, Index max_rows, int threads, const nb::object& progress) {
  Inspection result;
  run(progress, [&](const Progress& report) { result = inspect(view(rows), name, {max_rows, threads, report}); });
  return {result.brief(), result.to_json()};
}

Report inspect_file(const Path& path, const std::string& tensor, Index raw_dim, Index max_rows, int threads,
                    const nb::object& progress) {
  Inspection result;
  run(progress, [&](const Progress& report) {
    result = inspect(path.string(), {raw_dim, tensor}, {max_rows, threads, report});
  });
  return {result.brief(), result.to_json()};
}

}  // namespace

void add_reports(nb::module_& module) {
  module.def("evaluate", &evaluate_rows, nb::arg("translated").noconvert(), nb::arg("truth").noconvert(),
             nb::arg("mean").noconvert(), nb::arg("pool"), nb::arg("bootstrap"), nb::arg("seed"), nb::arg("threads"),
             nb::arg("progress").none());
  module.def("inspect_rows", &inspect_rows, nb::arg("rows").noconvert(), nb::arg("name"), nb::arg("max_rows"),
             nb::arg("threads"), nb::arg("progress").none());
  module.def("inspect_file", &inspect_file, nb::arg("path"), nb::arg("tensor"), nb::arg("raw_dim"), nb::arg("max_rows"),
             nb::arg("threads"), nb::arg("progress").none());

  nb::class_<MeasureOptions>(module, "MeasureOptions")
      .def(nb::init<>())
      .def_rw("k", &MeasureOptions::k)
      .def_rw("max_rows", &MeasureOptions::max_rows)
      .def_rw("pair_rows", &MeasureOptions::pair_rows)
      .def_rw("permutations", &MeasureOptions::permutations)
      .def_rw("bootstrap", &MeasureOptions::bootstrap)
      .def_rw("anchors", &MeasureOptions::anchors)
      .def_rw("pool", &MeasureOptions::pool)
      .def_rw("rbf_sigma", &MeasureOptions::rbf_sigma)
      .def_rw("only", &MeasureOptions::only)
      .def_rw("seed", &MeasureOptions::seed)
      .def_rw("threads", &MeasureOptions::threads);
  nb::class_<MeasureGrid>(module, "MeasureGrid")
      .def("brief", &MeasureGrid::brief)
      .def("to_json", &MeasureGrid::to_json)
      .def("to_csv", &MeasureGrid::to_csv)
      .def("to_html", [](const MeasureGrid& grid) { return measure_page(grid.to_json(), grid.to_csv()); })
      .def("value", &MeasureGrid::value, nb::arg("key"), nb::arg("row"), nb::arg("column"))
      // The one pair of a grid of two spaces.
      .def("pair", [](const MeasureGrid& grid) { return Report(grid.cells.at(1).brief(), grid.cells.at(1).to_json()); });
  module.def(
      "measure_all",
      [](const std::vector<Rows>& spaces, const std::vector<std::string>& names, MeasureOptions options,
         const nb::object& progress) {
        std::vector<NamedRows> named;
        for (std::size_t i = 0; i < spaces.size(); ++i) named.push_back({names.at(i), view(spaces[i])});
        MeasureGrid grid;
        run(progress, [&](const Progress& report) {
          options.progress = report;
          grid = measure_all(named, options);
        });
        return grid;
      },
      nb::arg("spaces"), nb::arg("names"), nb::arg("options"), nb::arg("progress").none());
}

}  // namespace vec2vec::python
