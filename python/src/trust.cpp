// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "rows.h"
#include "run.h"
#include "vec2vec/advise.h"
#include "vec2vec/confidence.h"
#include "vec2vec/gate.h"
#include "vec2vec/kinship.h"

namespace vec2vec::python {
namespace {

/// The report for people, and the report as JSON.
using Report = std::tuple<std::string, std::string>;

/// far_rows and mean_match; out (n, 3): support, match and margin of each row.
std::tuple<double, double> score_rows(const ConfidenceScorer& scorer, const Rows& rows, const WritableRows& out, int threads,
                                      const nb::object& progress) {
  ConfidenceSummary summary;
  run(progress, [&](const Progress& report) {
    const std::vector<RowConfidence> scored = scorer.score_all(view(rows), threads, report);
    const MatrixSpan table = span(out);
    for (std::size_t i = 0; i < scored.size(); ++i) {
      float* row = table.row(static_cast<Index>(i));
      row[0] = scored[i].support;
      row[1] = scored[i].match;
      row[2] = scored[i].margin;
    }
    summary = summarise(scored);
  });
  return {summary.far_rows, summary.mean_match};
}

Report gate_map(const Map& map, const std::string& policy_json, const std::string& policy_name, std::optional<double> age_days,
                const Rows& eval_a, const Rows& eval_b, const Rows& queries, const Rows& store, const Rows& documents,
                const Rows& new_queries, Index pool, std::uint64_t seed, int threads, const nb::object& progress) {
  const GatePolicy policy = GatePolicy::parse(policy_json, policy_name);
  EvaluateOptions options;
  options.pool = pool;
  options.seed = seed;
  options.threads = threads;
  GateReport result;
  run(progress, [&](const Progress& report) {
    options.progress = report;
    GateEvidence evidence = gather_evidence(
        map, policy, {view(eval_a), view(eval_b), view(queries), view(store), view(documents), view(new_queries)}, options);
    if (age_days) evidence.age_days = *age_days;
    result = check_gate(map, policy, evidence);
  });
  return {result.brief(), result.to_json()};
}

Report compare(const Rows& a, const Rows& b, bool search, Index max_rows, std::uint64_t seed, int threads, double time_budget,
               const nb::object& progress) {
  KinshipReport result;
  run(progress, [&](const Progress& report) {
    result = compare_models(view(a), view(b), {search, max_rows, seed, threads, time_budget, report});
  });
  return {result.brief(), result.to_json()};
}

Report advise_of(const Rows& store, const std::vector<Rows>& publics, const std::vector<std::string>& names, Index max_rows,
                 bool search, bool try_all, std::uint64_t seed, int threads, const nb::object& progress) {
  std::vector<PublicSide> sides;
  for (std::size_t i = 0; i < publics.size(); ++i) sides.push_back({names.at(i), view(publics[i])});
  Advice result;
  run(progress, [&](const Progress& report) {
    result = advise(view(store), sides, {max_rows, search, try_all, seed, threads, report});
  });
  return {result.brief(), result.to_json()};
}

}  // namespace

void add_trust(nb::module_& module) {
  nb::class_<ConfidenceScorer>(module, "ConfidenceScorer")
      .def(
          "__init__",
          [](ConfidenceScorer* self, const Map& map, const Rows& store, int threads) {
            run(nb::none(), [&](const Progress&) { new (self) ConfidenceScorer(map, view(store), threads); });
          },
          nb::arg("map"), nb::arg("store").noconvert(), nb::arg("threads"), nb::keep_alive<1, 2>())
      .def("score", &score_rows, nb::arg("rows").noconvert(), nb::arg("out").noconvert(), nb::arg("threads"),
           nb::arg("progress").none());
  module.def("gate", &gate_map, nb::arg("map"), nb::arg("policy_json"), nb::arg("policy_name"), nb::arg("age_days").none(),
             nb::arg("eval_a").noconvert(), nb::arg("eval_b").noconvert(), nb::arg("queries").noconvert(),
             nb::arg("store").noconvert(), nb::arg("documents").noconvert(), nb::arg("new_queries").noconvert(),
             nb::arg("pool"), nb::arg("seed"), nb::arg("threads"), nb::arg("progress").none());
  module.def("advise", &advise_of, nb::arg("store").noconvert(), nb::arg("publics"), nb::arg("names"), nb::arg("max_rows"),
             nb::arg("search"), nb::arg("try_all"), nb::arg("seed"), nb::arg("threads"), nb::arg("progress").none());
  module.def("compare_models", &compare, nb::arg("a").noconvert(), nb::arg("b").noconvert(), nb::arg("search"),
             nb::arg("max_rows"), nb::arg("seed"), nb::arg("threads"), nb::arg("time_budget"), nb::arg("progress").none());
}

}  // namespace vec2vec::python
