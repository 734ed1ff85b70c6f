// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/audit.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "rows.h"
#include "run.h"
#include "vec2vec/pages.h"

namespace vec2vec::python {
namespace {

/// The map, the report for people, the report as JSON.
using Result = std::tuple<Map, std::string, std::string>;
/// A set of vectors by each known space. Arrays without rows stand for what is not known.
using Known = std::vector<Rows>;

}  // namespace

void add_audit(nb::module_& module) {
  nb::class_<AuditOptions>(module, "AuditOptions")
      .def(nb::init<>())
      .def_rw("max_rows", &AuditOptions::max_rows)
      .def_prop_rw(
          "effort", [](const AuditOptions& options) { return std::string(to_string(options.effort)); },
          [](AuditOptions& options, const std::string& effort) { options.effort = parse_effort(effort); })
      .def_rw("time_budget", &AuditOptions::time_budget)
      .def_rw("partial", &AuditOptions::partial)
      .def_rw("samples", &AuditOptions::samples)
      .def_rw("reveal", &AuditOptions::reveal)
      .def_rw("bootstrap", &AuditOptions::bootstrap)
      .def_prop_rw(
          "checkpoint", [](const AuditOptions& options) { return Path(options.checkpoint); },
          [](AuditOptions& options, const Path& folder) { options.checkpoint = folder.string(); })
      .def_rw("seed", &AuditOptions::seed)
      .def_rw("threads", &AuditOptions::threads)
      .def_prop_rw(
          "k", [](const AuditOptions& options) { return options.attributes.k; },
          [](AuditOptions& options, Index k) { options.attributes.k = k; });
  module.def(
      "audit",
      [](const Rows& store, const Known& public_rows, const std::vector<std::string>& names,
         std::vector<std::string> public_texts, const Map* map, std::vector<std::string> labels, const Known& label_rows,
         std::vector<std::string> words, const Known& word_rows, const Known& candidates, std::vector<std::vector<Index>> truth,
         std::vector<std::string> store_texts, const Known& native, const std::vector<std::string>& defences,
         bool usual_defences, AuditOptions options, const nb::object& progress) {
        AuditProblem problem{view(store),
                             view(public_rows.at(0)),
                             std::move(public_texts),
                             map,
                             std::move(labels),
                             view(label_rows.at(0)),
                             std::move(words),
                             view(word_rows.at(0)),
                             view(candidates.at(0)),
                             std::move(truth),
                             std::move(store_texts),
                             view(native.at(0))};
        problem.public_name = names.at(0);
        for (std::size_t k = 1; k < public_rows.size(); ++k)
          problem.more_spaces.push_back({names.at(k), view(public_rows[k]), view(label_rows.at(k)), view(word_rows.at(k)),
                                         view(candidates.at(k)), view(native.at(k))});
        if (usual_defences) options.defences = default_defences(problem.store.cols);
        for (const std::string& steps : defences) options.defences.push_back(parse_defence(steps));
        AuditReport report;
        run(progress, [&](const Progress& progress_of_run) {
          options.progress = progress_of_run;
          report = audit(problem, options);
        });
        return Result{std::move(report.map), report.brief(), report.to_json()};
      },
      nb::arg("store").noconvert(), nb::arg("public_rows").noconvert(), nb::arg("names"), nb::arg("public_texts"),
      nb::arg("map").none(), nb::arg("labels"), nb::arg("label_rows").noconvert(), nb::arg("words"),
      nb::arg("word_rows").noconvert(), nb::arg("candidates").noconvert(), nb::arg("truth"), nb::arg("store_texts"),
      nb::arg("native").noconvert(), nb::arg("defences"), nb::arg("usual_defences"), nb::arg("options"),
      nb::arg("progress").none());
  module.def("audit_page", &audit_page, nb::arg("json"));
}

}  // namespace vec2vec::python
