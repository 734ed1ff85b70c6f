// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/audit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/attacks/leak_texts.h"
#include "audit/judge.h"
#include "audit/kept_stages.h"
#include "audit/known_spaces.h"
#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "core/time.h"
#include "evaluate/bootstrap.h"
#include "evaluate/score_json.h"
#include "io/file/sha256.h"
#include "io/resume/checkpoint.h"
#include "kernels/nearest_candidate.h"
#include "kernels/neighbours.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "space/unit.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

void require_count(std::size_t count, Index rows, const std::string& where) {
  if (static_cast<Index>(count) != rows)
    bad_input("are " + std::to_string(count) + " for " + std::to_string(rows) + " vectors", where, "one line for each row");
}

constexpr Index kNear = 10;  // neighbours that a defence should keep

/// Checks, before the first stage begins, all that any stage would refuse.
void check(const AuditProblem& p, const AuditOptions& options) {
  require_finite_rows(p.store, "the store");
  const Index fewest = options.defences.empty() ? 2 : kNear + 1;
  if (p.store.rows < fewest)
    bad_input("has " + std::to_string(p.store.rows) + " rows, but an audit" + (options.defences.empty() ? "" : " of defences") +
                  " needs at least " + std::to_string(fewest),
              "the store");
  if (p.public_rows.rows < 2)
    bad_input("are " + std::to_string(p.public_rows.rows) + ", but at least 2 are needed", "the public rows");
  if (!p.public_texts.empty()) require_count(p.public_texts.size(), p.public_rows.rows, "the public texts");
  if (!p.store_texts.empty()) require_count(p.store_texts.size(), p.store.rows, "the store texts");
  if (p.native.rows > 0 && (p.native.rows != p.store.rows || p.native.cols != p.public_rows.cols))
    bad_input("do not fit the store and the public rows", "the native rows",
              "the store's own texts, encoded in the known space, in the store's order");
  check_known_spaces(p);
  if (p.label_rows.rows == 1) bad_input("are only one, but a guess needs at least two", "the labels");
  require_count(p.labels.size(), p.label_rows.rows, "the labels");
  require_count(p.words.size(), p.word_rows.rows, "the words");
  if (!p.truth.empty()) require_count(p.truth.size(), p.store.rows, "the true labels");
  if ((p.language_model != nullptr) != static_cast<bool>(p.encode))
    bad_input("needs the encoder of the known space, and the other way round", "the language model");
  if (p.map && !leads_between(*p.map, p))
    bad_input("does not lead from the store's dimension to that of the public rows", "the map");
}

Matrix translated(const Map& map, MatrixView rows, int threads, bool centred) {
  Matrix out(rows.rows, map.target_dim());
  TranslateOptions options;
  options.threads = threads;
  options.centred = centred;
  options.ignore_fingerprint = true;
  translate(map, rows, out.span(), options);
  return out;
}

/// The mean of one value a row, with its bootstrap interval.
Score mean_score(const std::vector<double>& values, double null, const AuditOptions& options) {
  const std::vector<std::uint32_t> once(values.size(), 1u);
  const double mean = weighted_mean(once, values);
  if (options.bootstrap == 0) return {mean, kNoInterval.low, kNoInterval.high, null};
  const auto statistics = [&](std::span<const std::uint32_t> weights, std::span<double> out) {
    out[0] = weighted_mean(weights, values);
  };
  const Interval interval =
      bootstrap(static_cast<Index>(values.size()), options.bootstrap, 1, statistics, options.seed, options.threads)[0];
  return {mean, interval.low, interval.high, null};
}

/// p: the problem of its known spaces; store: its own rows, or those behind a defence.
AlignSummary find_map(const AuditProblem& p, MatrixView store, const std::string& stage, const AuditOptions& options) {
  const SpreadRows source(store, options.max_rows);
  std::vector<SpreadRows> rows;
  std::vector<KnownSpace> known;
  for (const AuditSpace& space : known_spaces_of(p))
    known.push_back({rows.emplace_back(space.public_rows, options.max_rows), space.name});
  AlignOptions align_options;
  align_options.seed = options.seed;
  align_options.threads = options.threads;
  align_options.effort = options.effort;
  align_options.time_budget = options.time_budget;
  align_options.partial = options.partial;
  align_options.progress = part_of(options.progress, 0, 1, stage);
  AlignProblem problem{source, known[0].rows, "store", known.size() == 1 ? "public" : known[0].name};
  problem.more_targets.assign(known.begin() + 1, known.end());
  return align(problem, align_options);
}

Membership look_up(const AuditProblem& p, const Map& map, MatrixView store, const AuditOptions& options) {
  Membership result;
  result.candidates = p.candidates.rows;
  std::vector<double> outside = nearest_of(centre_by(p.public_rows, map.target_mean), store, options.threads).value;
  std::sort(outside.begin(), outside.end());
  result.threshold = quantile(outside, 0.99);
  NearestOf nearest = nearest_of(centre_by(p.candidates, map.target_mean), store, options.threads);
  std::vector<double> found;
  for (const double cosine : nearest.value) found.push_back(cosine > result.threshold);
  result.found = mean_score(found, 0.01, options);
  result.rows = std::move(nearest.index);
  result.cosines = std::move(nearest.value);
  return result;
}

std::vector<WordSample> word_samples(const AuditProblem& p, const WordDictionary& dictionary,
                                     const std::vector<std::vector<WeightedWord>>& found, const AuditOptions& options) {
  std::vector<WordSample> samples;
  const Index count = std::min(options.samples, p.store.rows);
  for (Index s = 0; s < count; ++s) {
    WordSample sample{spread_row(s, count, p.store.rows), {}, {}};
    for (const WeightedWord& w : found[static_cast<std::size_t>(sample.row)])
      sample.words.emplace_back(options.reveal ? dictionary.words()[static_cast<std::size_t>(w.word)] : "•••••", w.weight);
    if (options.reveal && !p.store_texts.empty()) sample.text = p.store_texts[static_cast<std::size_t>(sample.row)];
    samples.push_back(std::move(sample));
  }
  return samples;
}

WordLeak leak_words(const AuditProblem& p, MatrixView store, const AuditOptions& options) {
  WordOptions word_options = options.words;
  word_options.threads = options.threads;
  word_options.progress = options.progress;
  const WordDictionary dictionary = p.words.empty() ? WordDictionary(p.public_rows, p.public_texts, word_options)
                                                    : WordDictionary(p.public_rows, p.words, p.word_rows, word_options);
  const auto found = dictionary.invert(store);
  WordLeak leak{static_cast<Index>(dictionary.words().size()), {}, {}, word_samples(p, dictionary, found, options)};
  const auto score = [&](const std::vector<std::vector<WeightedWord>>& words) {
    return score_words(dictionary, words, p.store_texts, options.bootstrap, options.seed, options.threads);
  };
  if (!p.store_texts.empty()) {
    leak.translated = score(found);
    if (p.native.rows > 0) leak.native = score(dictionary.invert(p.native));
  }
  return leak;
}

/// Part of the 10 nearest rows of each row of a that are among the 10 nearest in b too.
Score kept_neighbours(MatrixView a, MatrixView b, const AuditOptions& options) {
  constexpr Index kRows = 4000;
  const auto lists = [&](MatrixView rows) {
    Matrix unit(rows.rows, rows.cols);
    for (Index i = 0; i < rows.rows; ++i) std::copy_n(rows.row(i), rows.cols, unit.row(i));
    normalise_rows(unit.span());
    return nearest_rows({unit}, kNear, options.threads);
  };
  const SpreadRows first(a, kRows), second(b, kRows);
  const Neighbours near_a = lists(first), near_b = lists(second);
  std::vector<double> kept;
  for (Index i = 0; i < near_a.rows; ++i) {
    const auto x = near_a.of(i), y = near_b.of(i);
    kept.push_back(static_cast<double>(std::count_if(
                       x.begin(), x.end(), [&](std::int32_t r) { return std::find(y.begin(), y.end(), r) != y.end(); })) /
                   kNear);
  }
  return mean_score(kept, static_cast<double>(kNear) / static_cast<double>(near_a.rows - 1), options);
}

/// Part of the rows whose translation is nearest to their own row of reference (n, d), centred unit rows.
Score recovered_rows(const Map& map, MatrixView store, MatrixView reference, const AuditOptions& options) {
  constexpr Index kScored = 4096;
  const SpreadRows queries(store, kScored), truth(reference, kScored);
  const MatrixView truth_rows = truth;
  const NearestOf nearest = nearest_of(translated(map, queries, options.threads, true), truth_rows, options.threads);
  std::vector<double> hits;
  for (std::size_t i = 0; i < nearest.index.size(); ++i) hits.push_back(nearest.index[i] == static_cast<Index>(i));
  return mean_score(hits, 1.0 / static_cast<double>(truth_rows.rows), options);
}

/// reference (n, d): centred unit rows of the known space that the defended rows should translate to; no rows when there are
/// none.
DefencePoint attack(const AuditProblem& p, const std::vector<DefenceStep>& steps, MatrixView reference,
                    const AlignSummary* known, const AuditOptions& options) {
  const auto start = Clock::now();
  DefencePoint point;
  point.steps = steps;
  Matrix defended;
  MatrixView store = p.store;
  if (!steps.empty()) {
    const Defence defence(steps, store.cols, key_of_seed(options.seed));
    defended = Matrix(store.rows, defence.dim());
    defence.apply(store, 0, defended.span());
    store = defended;
  }
  const AlignSummary found =
      known ? *known : find_map(p, store, steps.empty() ? "align" : "attack " + to_string(steps), options);
  point.verdict = found.verdict;
  point.probability = found.evidence.probability;
  const bool is_reference = steps.empty() && p.native.rows == 0;
  point.recovered = is_reference || reference.rows == 0 ? kNoScore : recovered_rows(found.map, store, reference, options);
  point.neighbours = steps.empty() ? kNoScore : kept_neighbours(p.store, store, options);
  point.seconds = seconds_since(start);
  return point;
}

/// All that decides the kept stages. Rows and texts count by their bytes, for names prove nothing.
std::string identity_of(const AuditProblem& p, const AuditOptions& options) {
  std::string text = options.identity + ", seed " + std::to_string(options.seed) + ", " + std::to_string(options.max_rows) +
                     " rows, " + std::to_string(options.bootstrap) + " resamples, effort " + to_string(options.effort) + ", " +
                     shortest(options.time_budget) + " s" + (options.partial ? ", partial" : "") + ", version " + version();
  const auto add = [&](MatrixView rows) { text += laid_out(", {} x {} of {}", rows.rows, rows.cols, hash_of(rows)); };
  for (const MatrixView rows : {p.store, p.public_rows, p.native}) add(rows);
  if (!p.more_spaces.empty()) text += ", " + p.public_name;
  for (const AuditSpace& space : p.more_spaces) {
    text += ", " + space.name;
    for (const MatrixView rows : {space.public_rows, space.native}) add(rows);
  }
  Sha256 hash;
  if (p.map) {
    const std::string map = p.map->to_bytes();
    hash.add(map.data(), map.size());
  }
  if (p.language_model)  // public texts are examples to it
    for (const std::string& public_text : p.public_texts) hash.add(public_text.c_str(), public_text.size() + 1);
  return text + ", " + hash.hex();
}

}  // namespace

std::vector<std::vector<DefenceStep>> default_defences(Index dim) {
  std::vector<std::vector<DefenceStep>> defences;
  for (const char* steps : {"rotate", "rotate,noise=0.25", "rotate,noise=0.5", "rotate,noise=1", "rotate,noise=2", "quantise=1",
                            "project=128", "project=32"}) {
    defences.push_back(parse_defence(steps));
    const DefenceStep& first = defences.back()[0];
    if (first.kind == DefenceKind::kProject && first.value >= static_cast<double>(dim)) defences.pop_back();
  }
  return defences;
}

void AuditOptions::validate() const {
  const CheckOptions check("AuditOptions");
  check.at_least(kFewestRowsASide, max_rows, "max_rows");
  check.at_least(0, samples, "samples");
  check.bootstrap(bootstrap);
  check.threads(threads);
  check.seconds(time_budget, "time_budget");
  words.validate();
  inversion.validate();
}

namespace {

AttributeInference attributes_of(const AuditProblem& p, MatrixView rows, const AuditOptions& options) {
  AttributeOptions attribute_options = options.attributes;
  attribute_options.bootstrap = options.bootstrap;
  attribute_options.seed = options.seed;
  attribute_options.threads = options.threads;
  attribute_options.progress = options.progress;
  return infer_attributes({rows, p.label_rows, p.labels, p.truth, p.native, p.store}, attribute_options);
}

/// Reads the translated rows (n, d) in the space of p, which the map leads to.
void read_rows(const AuditProblem& p, MatrixView rows, MatrixView centred_rows, KeptStages& kept, const AuditOptions& options,
               AuditReport& report) {
  if (p.native.rows > 0) {
    EvaluateOptions evaluate_options;
    evaluate_options.pool = 4096;
    evaluate_options.bootstrap = options.bootstrap;
    evaluate_options.seed = options.seed;
    evaluate_options.threads = options.threads;
    evaluate_options.progress = options.progress;
    report.evaluation = evaluate(rows, p.native, report.map.target_mean, evaluate_options);
  }
  if (p.label_rows.rows > 0) report.attributes = attributes_of(p, rows, options);
  if (!p.public_texts.empty() || !p.words.empty()) report.words = leak_words(p, rows, options);
  if (p.language_model) report.texts = leak_texts(p, rows, report.map.target_mean, kept, options);
  if (p.candidates.rows > 0) report.membership = look_up(p, report.map, centred_rows, options);
}

}  // namespace

AuditReport audit(const AuditProblem& problem, const AuditOptions& options) try {
  options.validate();
  const AuditProblem p = problem.map ? in_order_of(*problem.map, problem) : problem;
  check(p, options);
  const auto start = Clock::now();
  AuditReport report;
  report.store_rows = p.store.rows;
  report.store_dim = p.store.cols;
  report.public_rows = p.public_rows.rows;
  report.map_was_given = p.map != nullptr;
  KeptStages kept(options.checkpoint, options.checkpoint.empty() ? std::string() : identity_of(p, options));
  AlignSummary found;
  if (p.map) {
    found.map = *p.map;
    found.verdict = verdict_of(*p.map);
  } else {
    found = kept.alignment([&] { return find_map(p, p.store, "align", options); });
  }
  report.verdict = found.verdict;
  report.evidence = found.evidence;
  report.pair_free_score = found.pair_free_score;
  report.align_seconds = found.seconds;
  report.starts = found.starts;
  report.store_rows_left_out = found.source_rows_left_out;
  report.public_rows_left_out = found.target_rows_left_out;
  report.map = found.map;
  report.public_dim = found.map.target_dim();

  const OneSpace known = in_one_space(found.map, p);
  const Matrix rows = translated(found.map, p.store, options.threads, false);
  const Matrix centred_rows = centre_by(rows, found.map.target_mean);
  read_rows(known.problem, rows, centred_rows, kept, options, report);
  if (!options.defences.empty()) {
    const Matrix native = p.native.rows > 0 ? centre_by(known.problem.native, found.map.target_mean) : Matrix();
    const bool translation_counts = p.map || found.verdict == Verdict::kAligned;
    const MatrixView reference = p.native.rows > 0 ? native.view() : translation_counts ? centred_rows.view() : MatrixView{};
    report.defences.push_back(attack(p, {}, reference, &found, options));
    for (const auto& steps : options.defences)
      report.defences.push_back(kept.attack(steps, [&] { return attack(p, steps, reference, nullptr, options); }));
  }
  judge(report, options);
  report.seconds = seconds_since(start);
  return report;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
