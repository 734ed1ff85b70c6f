// SPDX-License-Identifier: Apache-2.0
#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "align/search/climb.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "core/random.h"
#include "io/resume/checkpoint.h"
#include "kernels/soft_match.h"
#include "space/sample.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec::neural {
namespace {

/// Rows a side and pairs that are held out for scores, at most; pairs from which on some are (docs/neural.md, selection).
constexpr Index kMostHeldOut = 2000, kFewestPairsToHoldOut = 500;

/// Whether i is one of `count` spread evenly over n, when `before` of them are smaller.
bool is_every(Index i, Index before, Index count, Index n) { return before < count && spread_row(before, count, n) == i; }

/// Uniform noise (rows, cols) of the given deviation a row; no data when that is 0.
Matrix noise(Index rows, Index cols, double deviation, Random& random) {
  if (deviation <= 0) return {};
  Matrix m(rows, cols);
  const double range = deviation * std::sqrt(3.0 / static_cast<double>(cols));
  for (Index i = 0; i < rows * cols; ++i) m.data()[i] = static_cast<float>(range * (2 * random.uniform() - 1));
  return m;
}

Matrix sum(MatrixView a, MatrixView b) {
  Matrix c(a.rows, a.cols);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.cols; ++j) c(i, j) = a.row(i)[j] + b.row(i)[j];
  return c;
}

/// Copies row i of `from` to row `to_row` of `to`.
void copy_row(MatrixView from, Index i, Matrix& to, Index to_row) { std::copy_n(from.row(i), from.cols, to.row(to_row)); }

}  // namespace

TrainingRows::TrainingRows(const AlignProblem& problem, const Map& map) : start(&map) {
  const std::array<MatrixView, 2> rows = {problem.source, problem.target};
  const std::array<MatrixView, 2> means = {map.source_mean, map.target_mean};
  const auto pair_count = static_cast<Index>(problem.pairs.size());
  const Index held_out_count = pair_count >= kFewestPairsToHoldOut ? std::min(kMostHeldOut, pair_count / 10) : 0;
  for (std::size_t s = 0; s < 2; ++s) {
    const Matrix centred = centre_by(rows[s], means[s]);
    const Index n = centred.rows(), count = std::min(kMostHeldOut, n / 10);
    train[s] = Matrix(n - count, centred.cols());
    held_out[s] = Matrix(count, centred.cols());
    Index held = 0, kept = 0;
    for (Index i = 0; i < n; ++i)
      is_every(i, held, count, n) ? copy_row(centred, i, held_out[s], held++) : copy_row(centred, i, train[s], kept++);

    pairs[s] = Matrix(pair_count - held_out_count, centred.cols());
    held_out_pairs[s] = Matrix(held_out_count, centred.cols());
    held = kept = 0;
    for (Index i = 0; i < pair_count; ++i) {
      const RowPair& pair = problem.pairs[static_cast<std::size_t>(i)];
      const Index row = s == 0 ? pair.source : pair.target;
      is_every(i, held, held_out_count, pair_count) ? copy_row(centred, row, held_out_pairs[s], held++)
                                                    : copy_row(centred, row, pairs[s], kept++);
    }
  }
  // As in the linear path: each pair weighs kPairWeight of the matched rows; when pairs cover half of a side, they are all.
  const double weight = static_cast<double>(kPairWeight) * static_cast<double>(pair_count);
  pair_share = 2 * pair_count >= std::min(rows[0].rows, rows[1].rows) ? 1 : weight / (1 + weight);
}

Trainer::Trainer(const TrainingRows& rows, const NeuralOptions& options)
    : rows_(rows),
      options_(options),
      state_(rows.train[0].cols(), rows.train[1].cols(), options),
      pass_(options),
      half_(uses_bfloat16(options)) {
  std::uint64_t hash = hash_of(rows.start->weight);
  for (const auto* part : {&rows.train, &rows.held_out, &rows.pairs, &rows.held_out_pairs})
    for (const Matrix& m : *part) hash = hash_of(m, hash);
  key_ = options_json(options_) + " rows " + std::to_string(hash);
  if (options_.loss.matching > 0 && rows.pair_share < 1)
    counterparts_.emplace(std::array<MatrixView, 2>{rows.train[0], rows.train[1]}, options_);
  Random random(options_.seed, Stream::kWeights);
  if (options_.start == NeuralStart::kLinear)
    state_.translator.start_from(rows.start->weight, random);
  else
    state_.translator.initialise(random);
  if (!options_.checkpoint.empty() && std::filesystem::exists(options_.checkpoint)) {
    load_checkpoint(options_.checkpoint, state_, key_);
    refresh_halves();
    return;
  }
  state_.discriminators.initialise(random);
  state_.average = state_.best = state_.translator.parameters.values;
  refresh_halves();
  finish_period();
}

void Trainer::refresh_halves() {
  if (!half_) return;
  state_.translator.parameters.refresh_halves(options_.threads);
  state_.discriminators.parameters.refresh_halves(options_.threads);
}

void Trainer::train_to(Index step, const std::function<void(double)>& report,
                       std::optional<std::chrono::steady_clock::time_point> deadline) {
  const auto out_of_time = [&] { return deadline && std::chrono::steady_clock::now() >= *deadline; };
  while (finished_.empty() && state_.step < step) {
    if (options_.patience > 0 && state_.step - state_.best_step >= options_.patience * options_.period) {
      finished_ = "the score has not risen for " + std::to_string(options_.patience) + " periods";
      return;
    }
    const Index period_end = std::min(options_.steps, (state_.step / options_.period + 1) * options_.period);
    const Index end = std::min(step, period_end);
    if (counterparts_ && state_.step % options_.period == 0 && renewed_ != state_.step) {
      Random random(options_.seed, Stream::kCounterparts, static_cast<std::uint64_t>(state_.step));
      counterparts_->renew(network(state_.average, 0), network(state_.average, 1), random);
      renewed_ = state_.step;
    }
    while (state_.step < end && !out_of_time()) {
      take_step();
      report(state_.history.back().score());
    }
    if (state_.step == period_end || out_of_time()) finish_period();
    if (out_of_time()) finished_ = "the time budget is used up";
  }
  if (finished_.empty() && state_.step == options_.steps) finished_ = "all steps were taken";
}

double Trainer::best_score(Index step) const {
  double best = -1e300;
  for (const NeuralProgress& line : state_.history)
    if (line.step <= step) best = std::max(best, line.score());
  return best;
}

/// Agreement of the distributions of translated and native rows, on held-out rows, mean of both directions:
///   s(f1, y2) + s(f2, y1) - s(f1, f2) - s(y1, y2)
/// with s the linear path's pair-free score and 1, 2 two halves of the rows. What is subtracted is what s gains when rows
/// merely crowd together; a translator whose rows cannot be told from native ones has 0, others less.
double Trainer::pair_free_score() const {
  double result = 0;
  for (int from : {0, 1}) {
    const Matrix translated =
        network(state_.average, from).translate(rows_.held_out[static_cast<std::size_t>(from)], options_.threads);
    const auto f = halves(translated), y = halves(rows_.held_out[static_cast<std::size_t>(1 - from)]);
    const auto s = [&](MatrixView a, MatrixView b) {
      return soft_score(a, soft_match(a, b, b, {0.05f, 10, options_.threads}));
    };
    result += (s(f[0], y[1]) + s(f[1], y[0]) - s(f[0], f[1]) - s(y[0], y[1])) / 2;
  }
  return result;
}

/// Mean log-probability of the true partner among those of all held-out pairs, p(j | i) ~ exp(cos(f_i, y_j) / 0.05), of both
/// directions (InfoNCE, van den Oord et al. 2018): it rises with cosine and with retrieval.
double Trainer::pair_score() const {
  constexpr float kTemperature = 0.05f;
  const Index n = rows_.held_out_pairs[0].rows();
  if (n == 0) return 0;
  std::vector<double> found(static_cast<std::size_t>(2 * n));
  for (int from : {0, 1}) {
    const Matrix f =
        network(state_.average, from).translate(rows_.held_out_pairs[static_cast<std::size_t>(from)], options_.threads);
    Matrix cosines(n, n);
    gemm(f, false, rows_.held_out_pairs[static_cast<std::size_t>(1 - from)], true, cosines.span());
    parallel_for(n, options_.threads, [&](Index i) {
      double others = 0;
      for (Index j = 0; j < n; ++j) others += std::exp(static_cast<double>((cosines(i, j) - cosines(i, i)) / kTemperature));
      found[static_cast<std::size_t>(from * n + i)] = -std::log(others);
    });
  }
  double result = 0;
  for (const double x : found) result += x / static_cast<double>(2 * n);
  return result;
}

/// Scores and saves the state at the end of a period.
void Trainer::finish_period() {
  NeuralProgress line = mean_;
  mean_ = {};
  steps_in_mean_ = 0;
  line.seed = options_.seed;
  line.step = state_.step;
  line.pair_free_score = pair_free_score();
  line.pair_score = pair_score();
  if (state_.history.empty() || line.score() > state_.best_score) {
    state_.best_score = line.score();
    state_.best_step = state_.step;
    state_.best = state_.average;
  }
  state_.history.push_back(line);
  const bool whole = state_.step % options_.period == 0 || state_.step == options_.steps;
  if (!options_.checkpoint.empty() && whole) save_checkpoint(options_.checkpoint, state_, key_);
}

Trainer::Batch Trainer::draw_batch() const {
  Random random(options_.seed, Stream::kBatch, static_cast<std::uint64_t>(state_.step));
  const Index n = options_.batch, known = rows_.pairs[0].rows();
  Batch batch;
  if (known > 0) batch.pairs = std::clamp<Index>(std::llround(rows_.pair_share * static_cast<double>(n)), 1, n);
  std::vector<Index> of_pairs(static_cast<std::size_t>(batch.pairs));
  for (Index& i : of_pairs) i = random.below(known);
  for (std::size_t s = 0; s < 2; ++s) {
    Matrix& rows = batch.rows[s] = Matrix(n, rows_.train[s].cols());
    Matrix& counterpart = batch.counterpart[s] = Matrix(n, rows_.train[1 - s].cols());
    const Matrix& from = counterparts_ ? counterparts_->rows(static_cast<int>(s)) : rows_.train[s];
    for (Index i = 0; i < n; ++i) {
      if (i < batch.pairs) {
        copy_row(rows_.pairs[s], of_pairs[static_cast<std::size_t>(i)], rows, i);
        copy_row(rows_.pairs[1 - s], of_pairs[static_cast<std::size_t>(i)], counterpart, i);
        continue;
      }
      const Index k = random.below(from.rows());
      copy_row(from, k, rows, i);
      if (counterparts_) copy_row(counterparts_->targets(static_cast<int>(s)), k, counterpart, i);
    }
    if (keeps_start()) {
      batch.reference[s] = Matrix(n, counterpart.cols());
      gemm(rows, false, rows_.start->weight, s == 1, batch.reference[s].span());
      normalise_rows(batch.reference[s].span());
    }
  }
  return batch;
}

void Trainer::take_step() {
  const Batch batch = draw_batch();
  pass_.forward(state_.translator, {batch.rows[0], batch.rows[1]});
  const double rate_factor = schedule_factor(state_.step, options_.steps, options_.warm_up, options_.final_rate);
  const double discriminator_loss = teach_discriminators(batch, rate_factor);

  Random random(options_.seed, Stream::kGeneratorNoise, static_cast<std::uint64_t>(state_.step));
  const Translator& t = state_.translator;
  std::array<Matrix, 4> added;
  const Index widths[4] = {t.dim(1), t.dim(0), t.latent(), t.latent()};
  for (std::size_t i = 0; i < 4; ++i) added[i] = noise(options_.batch, widths[i], noise_level(), random);
  Guidance guidance{{batch.counterpart[0], batch.counterpart[1]}, batch.pairs, {}, {added[0], added[1], added[2], added[3]}};
  if (keeps_start()) guidance.reference = {batch.reference[0], batch.reference[1]};
  const Losses losses = pass_.lose(state_.discriminators, guidance);
  pass_.backward(state_.translator);

  Parameters& parameters = state_.translator.parameters;
  const double norm = gradient_norm(parameters, options_.threads);
  if (!std::isfinite(norm))
    throw Error(ErrorKind::kInternal, "training diverged at step " + std::to_string(state_.step), {}, "a lower learning rate");
  ++state_.step;
  // The average forgets the start faster in the beginning.
  const double taken = static_cast<double>(state_.step);
  const AdamW::Also also{clip_factor(norm, options_.clip), &state_.average, std::min(options_.average, taken / (9 + taken))};
  state_.optimiser.step(parameters, rate_factor * options_.learning_rate, also, options_.threads);
  refresh_halves();
  add_to_mean(losses, discriminator_loss, norm);
}

double Trainer::noise_level() const {
  return options_.instance_noise * (1 - static_cast<double>(state_.step) / static_cast<double>(options_.steps));
}

/// One step of the discriminators on what the translator makes of this batch; returns their mean loss.
double Trainer::teach_discriminators(const Batch& batch, double rate_factor) {
  std::vector<Discriminators::Lesson> lessons;
  if (options_.loss.generator > 0)
    for (int s : {0, 1}) {
      lessons.push_back({s, batch.rows[static_cast<std::size_t>(s)], 1.0});
      lessons.push_back({s, pass_.translation(1 - s), 0.0});
    }
  if (options_.loss.latent_generator > 0)
    for (int s : {0, 1}) lessons.push_back({2, pass_.latent(s), s == 0 ? 1.0 : 0.0});
  if (lessons.empty()) return 0;
  Random random(options_.seed, Stream::kDiscriminatorNoise, static_cast<std::uint64_t>(state_.step));
  std::vector<Matrix> kept;
  kept.reserve(2 * lessons.size());
  const auto moved = [&](MatrixView rows, double deviation) -> MatrixView {
    kept.push_back(sum(rows, noise(rows.rows, rows.cols, deviation, random)));
    return kept.back();
  };
  for (auto& lesson : lessons) {
    if (noise_level() > 0) lesson.rows = moved(lesson.rows, noise_level());
    if (options_.discriminator_penalty > 0) lesson.nearby = moved(lesson.rows, kPenaltyRadius);
  }
  Discriminators& d = state_.discriminators;
  const double loss = d.learn(lessons, options_.discriminator_penalty, options_.threads);
  const double factor = clip_factor(gradient_norm(d.parameters, options_.threads), options_.clip);
  d.optimiser.step(d.parameters, rate_factor * options_.discriminator_learning_rate, {factor}, options_.threads);
  if (half_) d.parameters.refresh_halves(options_.threads);
  return loss;
}

void Trainer::add_to_mean(const Losses& l, double discriminator, double norm) {
  const double share = 1.0 / static_cast<double>(++steps_in_mean_);
  const auto add = [&](double& mean, double value) { mean += share * (value - mean); };
  add(mean_.reconstruction, l.reconstruction);
  add(mean_.cycle, l.cycle);
  add(mean_.preservation, l.preservation);
  add(mean_.cycle_preservation, l.cycle_preservation);
  add(mean_.generator, l.generator);
  add(mean_.latent_generator, l.latent_generator);
  add(mean_.matching, l.matching);
  add(mean_.pairs, l.pairs);
  add(mean_.discriminator, discriminator);
  add(mean_.gradient_norm, norm);
}

}  // namespace vec2vec::neural
