// SPDX-License-Identifier: Apache-2.0
// No text that the library writes or reads depends on the locale of its host.
#include <gtest/gtest.h>
#include <locale.h>
#include <stdlib.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <locale>
#include <string>
#include <vector>

#include "core/text/json.h"
#include "core/text/number.h"
#include "random_matrix.h"
#include "temp_dir.h"
#include "train/training_state.h"
#include "vec2vec/align.h"
#include "vec2vec/audit.h"
#include "vec2vec/defend.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/gate.h"
#include "vec2vec/inspect.h"
#include "vec2vec/kinship.h"
#include "vec2vec/measure.h"
#include "vec2vec/neural.h"
#include "vec2vec/pages.h"
#include "vec2vec/retention.h"
#include "vec2vec/rows.h"
#include "vec2vec/text_scores.h"

namespace vec2vec {
namespace {

/// While it lives, numbers have a decimal comma and dots between thousands: to C++ always, to C where such a locale can be
/// made.
class CommaLocale {
 public:
  CommaLocale() : cpp_before_(std::locale::global(std::locale(std::locale::classic(), new Comma))) {
    std::ofstream(dir_.path("comma.src"))
        << "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n";
    const std::string make =
        "localedef --no-archive -c -i " + dir_.path("comma.src") + " " + dir_.path("comma") + " >" + dir_.path("log") + " 2>&1";
    if (::system(make.c_str()) == 0) ::setenv("LOCPATH", dir_.path("").c_str(), 1);
    for (const char* name : {"comma", "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "it_IT.UTF-8"})
      if (::setlocale(LC_NUMERIC, name)) break;
    ::unsetenv("LOCPATH");
  }
  ~CommaLocale() {
    ::setlocale(LC_NUMERIC, "C");
    std::locale::global(cpp_before_);
  }
  static bool of_c() { return ::localeconv()->decimal_point[0] == ','; }

 private:
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  TempDir dir_;
  std::locale cpp_before_;
};

const Score kScore{0.1234, 0.01, 1234.5, 1e-5};

/// Texts with numbers of every kind, by what makes them.
std::vector<std::pair<std::string, std::function<std::string()>>> texts() {
  const Matrix rows = random_matrix(100, 8, 1);
  return {
      {"AlignSummary",
       [] {
         AlignSummary s;
         s.starts = {{"softmax", 16, 0.25}};
         s.pairs = 1234;
         s.pair_fit = {.pairs = 12345, .pool = 678, .top1 = 0.5, .cosine = 0.25};
         s.evidence = {0.5, 12345.5, 0.25, 0.125, 1, 0.75};
         return s.brief() + s.to_json();
       }},
      {"Evaluation",
       [=] {
         return evaluate(rows, rows, {}, {.bootstrap = 10}).brief() + evaluate(rows, rows, {}, {.bootstrap = 10}).to_json();
       }},
      {"Retention",
       [] {
         Retention r{1234, 5678, 10, false, kScore, {{0.5, 12345, 0.25, 0.125}}};
         return r.brief() + r.to_json();
       }},
      {"Inspection", [=] { return inspect(rows, "rows").brief() + inspect(rows, "rows").to_json(); }},
      {"Kinship",
       [] {
         KinshipReport r;
         r.rows_a = 12345;
         r.axis_correlation = r.spectrum_distance = 0.5;
         return r.brief() + r.to_json();
       }},
      {"Gate",
       [] {
         GatePolicy policy;
         policy.set("min_agreement", "0.75");
         policy.set("max_age_days", "+1.5e1");
         GateEvidence evidence;
         evidence.age_days = 2.5;
         Map map;
         map.card = R"({"evidence": {"agreement": 0.875}})";
         const GateReport report = check_gate(map, policy, evidence);
         return report.brief() + report.to_json();
       }},
      {"Measure",
       [=] {
         const std::vector<NamedRows> spaces = {{"a", rows}, {"b", rows}};
         const MeasureGrid grid = measure_all(spaces, {.permutations = 10, .bootstrap = 10, .only = {"knn", "rsa"}});
         return grid.brief() + grid.to_csv() + measure_page(grid.to_json(), grid.to_csv()) + grid.cells.at(1).brief() +
                grid.to_json();
       }},
      {"Inversion scores",
       [] {
         const Compared c{1234, kScore, kScore};
         return brief({{"all", 1234, c, c, c, c, c, c, c}}) + to_json({{"all", 1234, c, c, c, c, c, c, c}});
       }},
      {"Neural",
       [] {
         NeuralSummary s;
         s.parameters = 1234567;
         s.best_score = 0.5;
         NeuralProgress line;
         line.step = 12345;
         line.cycle = 1e-7;
         return s.brief() + s.to_json() + neural::history_csv({line}) + neural::history_json({line});
       }},
      {"Defence steps", [] { return to_string(parse_defence("rotate,noise=0.25,quantise=1")); }},
      {"Numbers", [] { return fixed(1234.5, 2) + figure(0.25) + shortest(1e-9) + significant(12345.678, 7); }},
      {"JSON", [] { return json_text(parse_ordered_json(R"({"x": 0.25, "y": 1e300, "z": 1234567})"), 2); }},
  };
}

TEST(Locale, TextsAreTheSame) {
  std::vector<std::string> before;
  for (const auto& [name, text] : texts()) before.push_back(text());
  const CommaLocale comma;
  RecordProperty("locale_of_c", CommaLocale::of_c());
  std::size_t i = 0;
  for (const auto& [name, text] : texts()) EXPECT_EQ(text(), before[i++]) << name;
}

TEST(Locale, FilesAreTheSame) {
  const TempDir dir;
  const Matrix rows = random_matrix(50, 5, 1);
  const auto bytes = [&](const std::string& name) {
    const auto sink = create_rows(dir.path(name), rows.rows(), rows.cols(), {.format = format_of_name(name)});
    sink->write(rows);
    sink->commit();
    std::ifstream file(dir.path(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  for (const char* name : {"x.csv", "x.tsv", "x.ndjson"}) {
    const std::string before = bytes(name), again = std::string("again-") + name;
    const CommaLocale comma;
    EXPECT_EQ(bytes(again), before);
    const Matrix read = read_all(*open_rows(dir.path(again)));
    ASSERT_EQ(read.rows(), rows.rows());
    for (Index i = 0; i < rows.rows(); ++i)
      for (Index j = 0; j < rows.cols(); ++j) ASSERT_EQ(read(i, j), rows(i, j)) << name;
  }
}

TEST(Locale, AMapIsTheSame) {
  const Matrix rows = random_matrix(100, 8, 1);
  const Map map = fit_paired(rows, rows);
  const std::string before = map.to_bytes();
  const CommaLocale comma;
  EXPECT_EQ(map.to_bytes(), before);
  EXPECT_EQ(Map::from_bytes(before).target_spread, map.target_spread);
}

}  // namespace
}  // namespace vec2vec
