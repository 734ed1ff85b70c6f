#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/parallel.h"
#include "io/atomic_file.h"
#include "io/checkpoint.h"
#include "kernels/soft_match.h"
#include "linear/polar.h"
#include "map/support.h"
#include "neural/generator_pass.h"
#include "neural/network.h"
#include "neural/training_state.h"
#include "space/spectrum.h"
#include "vec2vec/error.h"
#include "vec2vec/inspect.h"

namespace vec2vec {
namespace {

using namespace neural;

constexpr Index kFewestRows = 64, kMostHeldOut = 2000;

/// Streams of random numbers; each step and each period has its own within one of these.
enum Stream : std::uint64_t { kWeights = 1, kPool = 1ull << 32, kBatch = 2ull << 32, kNoise = 3ull << 32 };

/// One side's centred unit rows: those trained on, and those only scored on.
struct SideRows {
  Matrix train, held_out;
};

void check_rows(MatrixView rows, const std::string& name) {
  if (rows.rows < kFewestRows) bad_input(std::to_string(rows.rows) + " rows are too few", name, "at least 64 rows a side");
  for (Index i = 0; i < rows.rows; ++i)
    for (Index c = 0; c < rows.cols; ++c)
      if (!std::isfinite(rows.row(i)[c])) bad_input("NaN or infinite values", name + ", row " + std::to_string(i));
}

/// unit(unit(x) - mean), every k-th row held out.
SideRows prepare(MatrixView rows, MatrixView mean) {
  const Index held_out = std::min(kMostHeldOut, rows.rows / 10);
  SideRows side{Matrix(rows.rows - held_out, rows.cols), Matrix(held_out, rows.cols)};
  Index held = 0, kept = 0;
  for (Index i = 0; i < rows.rows; ++i) {
    const bool out = held < held_out && held * rows.rows / held_out == i;
    float* to = out ? side.held_out.row(held++) : side.train.row(kept++);
    const MatrixSpan row{to, 1, rows.cols, rows.cols};
    std::copy_n(rows.row(i), rows.cols, to);
    normalise_rows(row);
    for (Index c = 0; c < rows.cols; ++c) to[c] -= mean.data[c];
    normalise_rows(row);
  }
  return side;
}

/// The map without its layers: what turns raw rows into centred unit rows and back.
Map frame_of(const AlignProblem& problem, int threads) {
  const CentredRows source = centre(problem.source, threads), target = centre(problem.target, threads);
  const Fingerprint print = fingerprint(problem.source);
  Map map;
  map.source_mean = source.mean;
  map.target_mean = target.mean;
  map.target_spread = static_cast<float>(target.spread);
  map.weight = Matrix(problem.source.cols, problem.target.cols);
  map.source_axes = print.axes;
  map.source_share = print.share;
  map.support = support_of(source.rows);
  return map;
}

class Trainer {
 public:
  Trainer(const AlignProblem& problem, Map start, const NeuralOptions& options)
      : options_(options),
        frame_(std::move(start)),
        rows_{prepare(problem.source, frame_.source_mean), prepare(problem.target, frame_.target_mean)},
        state_(problem.source.cols, problem.target.cols, options),
        pass_(options) {}

  NeuralSummary run(const AlignProblem& problem) {
    if (uses_bfloat16(options_)) half_ = true;
    begin();
    std::string stopped_because = "all steps were taken";
    if (options_.loss.matching > 0)
      for (std::size_t s = 0; s < 2; ++s)
        view_[s] = view_of(spectrum(rows_[s].train, options_.threads), rows_[s].train.cols(), options_.matching_whitening);
    while (state_.step < options_.steps) {
      if (out_of_patience()) {
        stopped_because = "the pair-free score has not risen for " + std::to_string(options_.patience) + " periods";
        break;
      }
      if (out_of_time()) {
        stopped_because = "the time budget is used up";
        break;
      }
      run_period();
      finish_period();
    }
    return summary(problem, stopped_because);
  }

 private:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  bool out_of_time() const { return options_.time_budget > 0 && seconds() >= options_.time_budget; }
  bool out_of_patience() const {
    return options_.patience > 0 && state_.step - state_.best_step >= options_.patience * options_.period;
  }

  void begin() {
    std::uint64_t hash = hash_of(frame_.weight);
    for (const SideRows& side : rows_) hash = hash_of(side.held_out, hash_of(side.train, hash));
    key_ = options_json(options_) + " rows " + std::to_string(hash);
    if (!options_.checkpoint.empty() && std::filesystem::exists(options_.checkpoint)) {
      load_checkpoint(options_.checkpoint, state_, key_);
      refresh_halves();
      return;
    }
    Random random(options_.seed, kWeights);
    if (options_.start == NeuralStart::kLinear)
      state_.translator.start_from(frame_.weight, random);
    else
      state_.translator.initialise(random);
    state_.discriminators.initialise(random);
    state_.average = state_.best = state_.translator.parameters.values;
    refresh_halves();
    finish_period();
  }

  void refresh_halves() {
    if (!half_) return;
    state_.translator.parameters.refresh_halves(options_.threads);
    state_.discriminators.parameters.refresh_halves(options_.threads);
  }

  Network network(const std::vector<float>& values, int from) const { return {state_.translator, values, from, 1 - from}; }

  /// Agreement of the distributions of translated and native rows, on held-out rows, mean of both directions:
  ///   s(f1, y2) + s(f2, y1) - s(f1, f2) - s(y1, y2)
  /// with s the linear path's pair-free score and 1, 2 two halves of the rows. What is subtracted is what s gains when rows
  /// merely crowd together; a translator whose rows cannot be told from native ones has 0, others less.
  double score(const std::vector<float>& values) const {
    double sum = 0;
    for (int from : {0, 1}) {
      const Matrix f = network(values, from).translate(rows_[static_cast<std::size_t>(from)].held_out, options_.threads);
      const auto [f1, f2] = halves(f);
      const auto [y1, y2] = halves(rows_[static_cast<std::size_t>(1 - from)].held_out);
      const auto s = [&](MatrixView a, MatrixView b) { return soft_match(a, b, b, {0.05f, 10, options_.threads}).score; };
      sum += (s(f1, y2) + s(f2, y1) - s(f1, f2) - s(y1, y2)) / 2;
    }
    return sum;
  }

  static std::pair<MatrixView, MatrixView> halves(MatrixView rows) {
    const Index half = rows.rows / 2;
    return {rows.middle_rows(0, half), rows.middle_rows(half, half)};
  }

  /// Scores, logs and saves the state at the end of a period.
  void finish_period() {
    NeuralProgress line = mean_;
    mean_ = {};
    steps_in_mean_ = 0;
    line.step = state_.step;
    line.pair_free_score = score(state_.average);
    if (state_.history.empty() || line.pair_free_score > state_.best_score) {
      state_.best_score = line.pair_free_score;
      state_.best_step = state_.step;
      state_.best = state_.average;
    }
    state_.history.push_back(line);
    if (!options_.log.empty()) {
      AtomicFile file(options_.log, true);
      file.write(history_csv(state_.history));
      file.commit();
    }
    const bool whole = state_.step % options_.period == 0 || state_.step == options_.steps;
    if (!options_.checkpoint.empty() && whole) save_checkpoint(options_.checkpoint, state_, key_);
  }

  /// The rows that batches of this period are drawn from and, for the matching loss, their soft counterparts: for a translated
  /// row f, t = P(f, Y) Y + debias (f - P(f, F) F), where P couples one half of the rows with the other half's counterparts Y
  /// or translations F. With debias 1, t - f is minus the gradient of the Sinkhorn divergence (Feydy et al. 2019), which
  /// vanishes when translated rows are distributed as native ones; with 0, targets are shrunk towards each other by the
  /// coupling's blur.
  void renew_pools() {
    if (options_.loss.matching <= 0) return;
    Random random(options_.seed, kPool + static_cast<std::uint64_t>(state_.step));
    const Index rows = std::min({options_.matching_rows, rows_[0].train.rows(), rows_[1].train.rows()}) / 2 * 2;
    for (std::size_t s = 0; s < 2; ++s) pool_[s] = gather(rows_[s].train, random.sample(rows_[s].train.rows(), rows));
    const SoftMatchOptions coupling{static_cast<float>(options_.matching_temperature), 2, options_.threads};
    const auto debias = static_cast<float>(options_.matching_debias);
    for (std::size_t s = 0; s < 2; ++s) {
      Matrix& t = counterpart_[s];
      t = network(state_.average, static_cast<int>(s)).translate(pool_[s], options_.threads);
      // Similar is what is similar in the whitened view; what is carried over are the rows themselves.
      const Matrix f_view = project(t, view_[1 - s], options_.threads),
                   y_view = project(pool_[1 - s], view_[1 - s], options_.threads);
      const auto couple = [&](MatrixView a, MatrixView b, MatrixView carried) {
        return soft_match(a, b, carried, coupling).targets;
      };
      const auto [fv1, fv2] = halves(f_view);
      const auto [yv1, yv2] = halves(y_view);
      const auto [f1, f2] = halves(t);
      const auto [y1, y2] = halves(pool_[1 - s]);
      const Matrix to_native[2] = {couple(fv1, yv2, y2), couple(fv2, yv1, y1)};
      Matrix to_translated[2];
      if (debias > 0) {
        to_translated[0] = couple(fv1, fv2, f2);
        to_translated[1] = couple(fv2, fv1, f1);
      }
      for (Index i = 0; i < rows; ++i) {
        const std::size_t half = i < rows / 2 ? 0 : 1;
        const Index k = i % (rows / 2);
        for (Index c = 0; c < t.cols(); ++c) {
          const float own = debias > 0 ? t(i, c) - to_translated[half](k, c) : 0.0f;
          t(i, c) = to_native[half](k, c) + debias * own;
        }
      }
    }
  }

  void run_period() {
    renew_pools();
    const Index end = std::min(options_.steps, (state_.step / options_.period + 1) * options_.period);
    while (state_.step < end && !out_of_time()) {
      take_step();
      if (!options_.progress) continue;
      char stage[64];
      std::snprintf(stage, sizeof stage, "train, score %.4f", state_.history.back().pair_free_score);
      if (!options_.progress(stage, static_cast<double>(state_.step) / static_cast<double>(options_.steps)))
        throw Error(
            ErrorKind::kInterrupted, "interrupted", "train_neural",
            options_.checkpoint.empty() ? "nothing was written" : "the same command goes on from " + options_.checkpoint);
    }
  }

  /// Uniform noise of the given deviation a row, or nothing.
  Matrix noise(Index rows, Index cols, double deviation, Random& random) const {
    if (deviation <= 0) return {};
    Matrix m(rows, cols);
    const double range = deviation * std::sqrt(3.0 / static_cast<double>(cols));
    for (Index i = 0; i < rows * cols; ++i) m.data()[i] = static_cast<float>(range * (2 * random.uniform() - 1));
    return m;
  }

  void take_step() {
    const auto step = static_cast<std::uint64_t>(state_.step);
    const bool matching = options_.loss.matching > 0;
    Random random(options_.seed, kBatch + step);
    std::array<Matrix, 2> batch, counterpart;
    for (std::size_t s = 0; s < 2; ++s) {
      const Matrix& from = matching ? pool_[s] : rows_[s].train;
      std::vector<Index> indices(static_cast<std::size_t>(options_.batch));
      for (Index& i : indices) i = random.below(from.rows());
      batch[s] = gather(from, indices);
      if (matching) counterpart[s] = gather(counterpart_[s], indices);
    }
    pass_.forward(state_.translator, {batch[0], batch[1]});

    const double factor = schedule_factor(state_.step, options_.steps, options_.warm_up, options_.final_rate);
    const double discriminator_loss = teach_discriminators({batch[0], batch[1]}, factor);
    const std::array<Matrix, 4> added = generator_noise();
    const Losses losses =
        pass_.lose(state_.discriminators, {counterpart[0], counterpart[1]}, {added[0], added[1], added[2], added[3]});
    pass_.backward(state_.translator);
    Parameters& parameters = state_.translator.parameters;
    const double norm = clip_gradients(parameters, options_.clip, options_.threads);
    if (!std::isfinite(norm))
      throw Error(ErrorKind::kInternal, "training diverged at step " + std::to_string(state_.step), "train_neural",
                  "a lower learning rate");
    state_.optimiser.step(parameters, factor * options_.learning_rate, options_.threads);
    ++state_.step;
    // The average forgets the start faster in the beginning.
    const double t = static_cast<double>(state_.step);
    update_average(state_.average, parameters.values, std::min(options_.average, t / (9 + t)), options_.threads);
    refresh_halves();
    add_to_mean(losses, discriminator_loss, norm);
  }

  double noise_level() const {
    return options_.instance_noise * (1 - static_cast<double>(state_.step) / static_cast<double>(options_.steps));
  }

  std::array<Matrix, 4> generator_noise() const {
    Random random(options_.seed, kNoise + 2 * static_cast<std::uint64_t>(state_.step));
    const double level = noise_level();
    const Translator& t = state_.translator;
    return {noise(options_.batch, t.dim(1), level, random), noise(options_.batch, t.dim(0), level, random),
            noise(options_.batch, t.latent(), level, random), noise(options_.batch, t.latent(), level, random)};
  }

  /// One step of the discriminators on what the translator makes of this batch; returns their mean loss.
  double teach_discriminators(const std::array<MatrixView, 2>& batch, double factor) {
    std::vector<Discriminators::Lesson> lessons;
    if (options_.loss.generator > 0)
      for (int s : {0, 1}) {
        lessons.push_back({s, batch[static_cast<std::size_t>(s)], 1.0});
        lessons.push_back({s, pass_.translation(1 - s), 0.0});
      }
    if (options_.loss.latent_generator > 0)
      for (int s : {0, 1}) lessons.push_back({2, pass_.latent(s), s == 0 ? 1.0 : 0.0});
    if (lessons.empty()) return 0;
    std::vector<Matrix> noisy;
    if (noise_level() > 0) {
      Random random(options_.seed, kNoise + 2 * static_cast<std::uint64_t>(state_.step) + 1);
      noisy.reserve(lessons.size());
      for (auto& lesson : lessons) {
        noisy.push_back(noise(lesson.rows.rows, lesson.rows.cols, noise_level(), random));
        for (Index i = 0; i < lesson.rows.rows; ++i)
          for (Index c = 0; c < lesson.rows.cols; ++c) noisy.back()(i, c) += lesson.rows.row(i)[c];
        lesson.rows = noisy.back();
      }
    }
    Discriminators& d = state_.discriminators;
    const double loss = d.learn(lessons, options_.threads);
    clip_gradients(d.parameters, options_.clip, options_.threads);
    d.optimiser.step(d.parameters, factor * options_.discriminator_learning_rate, options_.threads);
    if (half_) d.parameters.refresh_halves(options_.threads);
    return loss;
  }

  void add_to_mean(const Losses& l, double discriminator, double norm) {
    const double share = 1.0 / static_cast<double>(++steps_in_mean_);
    const auto add = [&](double& mean, double value) { mean += share * (value - mean); };
    add(mean_.reconstruction, l.reconstruction);
    add(mean_.cycle, l.cycle);
    add(mean_.preservation, l.preservation);
    add(mean_.cycle_preservation, l.cycle_preservation);
    add(mean_.generator, l.generator);
    add(mean_.latent_generator, l.latent_generator);
    add(mean_.matching, l.matching);
    add(mean_.discriminator, discriminator);
    add(mean_.gradient_norm, norm);
  }

  NeuralSummary summary(const AlignProblem& problem, const std::string& stopped_because) {
    NeuralSummary s;
    s.map = std::move(frame_);
    auto layers = std::make_shared<Network>(network(state_.best, 0));
    if (options_.start == NeuralStart::kRandom) {
      const Matrix& x = rows_[0].train;
      s.map.weight = polar_factor(cross_product(x, layers->translate(x, options_.threads), options_.threads));
    }
    s.map.network = std::move(layers);
    s.best_step = state_.best_step;
    s.steps = state_.step;
    s.start_score = state_.history.front().pair_free_score;
    s.best_score = state_.best_score;
    s.history = state_.history;
    s.stopped_because = stopped_because;
    s.bfloat16 = half_;
    s.parameters = state_.translator.parameters.size();
    auto card = s.map.card.empty() ? nlohmann::ordered_json::object() : nlohmann::ordered_json::parse(s.map.card);
    if (card.empty()) {
      card["source"] = {{"name", problem.source_name}, {"dim", problem.source.cols}, {"rows", problem.source.rows}};
      card["target"] = {{"name", problem.target_name}, {"dim", problem.target.cols}, {"rows", problem.target.rows}};
      card["normalisation"] = "centred unit rows";
    }
    card["method"] = options_.start == NeuralStart::kLinear ? "neural, unpaired, from the linear map"
                                                            : "neural, unpaired, from random weights";
    card["neural"] = {{"options", nlohmann::ordered_json::parse(options_json(options_))},
                      {"best_step", s.best_step},
                      {"steps", s.steps},
                      {"start_score", s.start_score},
                      {"best_score", s.best_score},
                      {"stopped_because", s.stopped_because},
                      {"parameters", s.parameters}};
    s.map.card = card.dump();
    s.seconds = seconds();
    return s;
  }

  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const NeuralOptions& options_;
  Map frame_;
  std::array<SideRows, 2> rows_;
  TrainingState state_;
  GeneratorPass pass_;
  bool half_ = false;
  std::string key_;
  std::array<Matrix, 2> view_;                ///< (d, d): the whitened view of each side
  std::array<Matrix, 2> pool_, counterpart_;  ///< of this period
  NeuralProgress mean_;
  Index steps_in_mean_ = 0;
};

}  // namespace

NeuralSummary train_neural(const AlignProblem& problem, const Map& start, const NeuralOptions& options) {
  options.validate();
  check_rows(problem.source, problem.source_name.empty() ? "source" : problem.source_name);
  check_rows(problem.target, problem.target_name.empty() ? "target" : problem.target_name);
  if (options.start == NeuralStart::kLinear &&
      (start.source_dim() != problem.source.cols || start.target_dim() != problem.target.cols))
    bad_input("the start maps " + std::to_string(start.source_dim()) + " to " + std::to_string(start.target_dim()) +
                  " dimensions, the rows have " + std::to_string(problem.source.cols) + " and " +
                  std::to_string(problem.target.cols),
              "train_neural");
  Trainer trainer(problem, options.start == NeuralStart::kLinear ? start : frame_of(problem, options.threads), options);
  return trainer.run(problem);
}

std::string NeuralSummary::brief() const {
  char text[512];
  std::snprintf(text, sizeof text,
                "neural translator  (%lld -> %lld dimensions, %lld parameters, %.1f s)\n"
                "  pair-free score, held out        %.4f at the start, %.4f at step %lld (kept)\n"
                "  steps                            %lld in %s; stopped because %s\n",
                static_cast<long long>(map.source_dim()), static_cast<long long>(map.target_dim()),
                static_cast<long long>(parameters), seconds, start_score, best_score, static_cast<long long>(best_step),
                static_cast<long long>(steps), bfloat16 ? "bfloat16" : "float32", stopped_because.c_str());
  return text;
}

std::string NeuralSummary::to_json() const {
  const nlohmann::ordered_json json = {
      {"start_score", start_score},         {"best_score", best_score},      {"best_step", best_step},   {"steps", steps},
      {"stopped_because", stopped_because}, {"bfloat16", bfloat16},          {"parameters", parameters}, {"seconds", seconds},
      {"source_dim", map.source_dim()},     {"target_dim", map.target_dim()}};
  return json.dump(2);
}

}  // namespace vec2vec
