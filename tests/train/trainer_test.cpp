// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/matrix/gemm.h"
#include "core/random.h"
#include "linear/polar.h"
#include "neural/network.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/neural.h"

namespace vec2vec {
namespace {

constexpr Index kLatent = 12, kSourceDim = 16, kTargetDim = 24;

/// Clustered latent points (n, kLatent) and what two models make of them: the source turns them; the target bends each
/// coordinate before it turns them, which no linear map undoes.
struct Planted {
  Matrix source, target;
};
Planted planted(Index n, std::uint64_t seed, double bend) {
  Random fixed(11), random(seed);
  Matrix centres(30, kLatent), to_source(kLatent, kSourceDim), to_target(kLatent, kTargetDim);
  for (Matrix* m : {&centres, &to_source, &to_target})
    for (Index i = 0; i < m->rows() * m->cols(); ++i) m->data()[i] = static_cast<float>(fixed.normal());
  Matrix z(n, kLatent), bent(n, kLatent);
  for (Index i = 0; i < n; ++i) {
    const Index c = static_cast<Index>(30 * random.uniform() * random.uniform());
    for (Index j = 0; j < kLatent; ++j) {
      z(i, j) = centres(c, j) + 0.4f * static_cast<float>(random.normal());
      bent(i, j) = z(i, j) + static_cast<float>(bend) * z(i, j) * std::abs(z(i, j));
    }
  }
  return {product(z, polar_factor(to_source)), product(bent, polar_factor(to_target))};
}

NeuralOptions small() {
  NeuralOptions o = neural_preset("refine");
  o.width = 32;
  o.discriminator_width = 16;
  o.discriminator_depth = 2;
  o.batch = 64;
  o.steps = 40;
  o.period = 10;
  o.warm_up = 5;
  o.learning_rate = 1e-3;
  o.blend = 1;
  o.close = false;  // tests say when
  o.precision = NeuralPrecision::kFloat32;
  o.threads = 1;  // threads cost more than they gain at this size
  return o;
}

Map linear_start(double bend = 0.5) {
  const Planted pairs = planted(800, 5, bend);
  return fit_paired(pairs.source, pairs.target);
}

Matrix translate(const Map& map, MatrixView x) {
  Matrix y(x.rows, map.target_dim());
  map.translate(x, y.span());
  return y;
}

std::string bytes_of(const Map& map) {
  TempDir dir;
  map.save(dir.path("m"));
  std::ifstream file(dir.path("m"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Neural : public testing::Test {
 protected:
  const Planted a = planted(900, 1, 0.5), b = planted(1000, 2, 0.5);
  const AlignProblem problem{a.source, b.target, "a", "b"};
  const Map start = linear_start();
};

TEST_F(Neural, EqualsTheLinearMapBeforeTheFirstStep) {
  NeuralOptions options = small();
  options.steps = 0;
  const NeuralSummary there = train_neural(problem, start, options);
  ASSERT_TRUE(there.map.network);
  const Matrix linear = translate(start, a.source), neural = translate(there.map, a.source);
  for (Index i = 0; i < linear.rows() * linear.cols(); ++i) ASSERT_NEAR(neural.data()[i], linear.data()[i], 2e-6);

  const Map back = fit_paired(planted(800, 5, 0.5).target, planted(800, 5, 0.5).source);  // from more dimensions to fewer
  const NeuralSummary other = train_neural({b.target, a.source, "b", "a"}, back, options);
  const Matrix linear_back = translate(back, b.target), neural_back = translate(other.map, b.target);
  for (Index i = 0; i < linear_back.rows() * linear_back.cols(); ++i)
    ASSERT_NEAR(neural_back.data()[i], linear_back.data()[i], 2e-6);
}

TEST_F(Neural, LearnsWhatNoLinearMapCan) {
  constexpr double kBend = 2;
  const Planted more_a = planted(4000, 1, kBend), more_b = planted(4000, 2, kBend), test = planted(500, 3, kBend);
  const Map line = linear_start(kBend);
  NeuralOptions options = small();
  options.width = 64;
  options.batch = 128;
  options.steps = 600;
  options.period = 50;
  options.loss.preservation = options.loss.cycle_preservation = 0;  // the bend does not preserve dot products
  const NeuralSummary summary = train_neural({more_a.source, more_b.target, "a", "b"}, line, options);
  const auto score = [&](const Map& map) {
    return evaluate(translate(map, test.source), test.target, map.target_mean, {.bootstrap = 0});
  };
  const Evaluation linear = score(line), neural = score(summary.map);
  EXPECT_GT(summary.best_score, summary.start_score);
  EXPECT_GT(neural.centred_cosine.value, linear.centred_cosine.value + 0.3 * (1 - linear.centred_cosine.value));
  EXPECT_LE(neural.mean_rank.value, linear.mean_rank.value);
}

TEST_F(Neural, SameBytesForAnyNumberOfThreads) {
  NeuralOptions options = small();
  options.loss = {1, 1, 1, 1, 1, 1, 1};
  options.instance_noise = 0.1;
  options.discriminator_penalty = 1;
  options.close = true;
  options.blend = 0.5;
  options.preserve = Preserve::kStart;
  options.threads = 1;
  const std::string one = bytes_of(train_neural(problem, start, options).map);
  options.threads = 3;
  EXPECT_EQ(bytes_of(train_neural(problem, start, options).map), one);
}

TEST_F(Neural, GoesOnFromACheckpointToTheSameBytes) {
  TempDir dir;
  for (const NeuralPrecision precision : {NeuralPrecision::kFloat32, NeuralPrecision::kAuto}) {
    NeuralOptions options = small();
    options.precision = precision;
    options.loss = {1, 1, 1, 1, 1, 1, 1};
    const NeuralSummary whole = train_neural(problem, start, options);

    options.checkpoint = dir.path(precision == NeuralPrecision::kAuto ? "auto" : "float32");
    options.log = dir.path("log.csv");
    int steps = 0;
    options.progress = [&](std::string_view, double) { return ++steps < 27; };
    EXPECT_THROW(train_neural(problem, start, options), Error);
    steps = -1000;
    const NeuralSummary resumed = train_neural(problem, start, options);
    EXPECT_EQ(steps, -1000 + 20) << "steps 20 .. 39 were to be done";
    EXPECT_EQ(bytes_of(resumed.map), bytes_of(whole.map));
    ASSERT_EQ(resumed.history.size(), whole.history.size());
    EXPECT_EQ(resumed.history.back().cycle, whole.history.back().cycle);
    std::ifstream log(options.log);
    EXPECT_EQ(std::count(std::istreambuf_iterator<char>(log), {}, '\n'), 1 + 5);
  }
}

TEST_F(Neural, RefusesACheckpointOfSomethingElseAndLeavesItAlone) {
  TempDir dir;
  NeuralOptions options = small();
  options.steps = 10;
  options.checkpoint = dir.path("c");
  train_neural(problem, start, options);
  const auto size = std::filesystem::file_size(dir.path("c"));
  NeuralOptions other = options;
  other.learning_rate = 1e-4;
  EXPECT_THROW(train_neural(problem, start, other), Error);
  EXPECT_THROW(train_neural({b.source, b.target, "a", "b"}, start, options), Error);
  std::filesystem::resize_file(dir.path("c"), size - 100);
  EXPECT_THROW(train_neural(problem, start, options), Error);
  std::ofstream(dir.path("c")) << "something else";
  EXPECT_THROW(train_neural(problem, start, options), Error);
  EXPECT_EQ(std::filesystem::file_size(dir.path("c")), 14u);
}

TEST_F(Neural, TrainsFromRandomWeightsWithAllLossesOfThePaper) {
  NeuralOptions options = small();
  options.start = NeuralStart::kRandom;
  options.loss = neural_preset("paper").loss;
  options.steps = 120;
  options.period = 40;
  const NeuralSummary summary = train_neural(problem, {}, options);
  EXPECT_EQ(summary.steps, 120);
  const NeuralProgress &first = summary.history[1], &last = summary.history.back();
  EXPECT_LT(last.reconstruction, first.reconstruction);
  EXPECT_LT(last.cycle, first.cycle);
  EXPECT_LT(last.preservation, first.preservation);
  EXPECT_GT(last.generator, 0);
  EXPECT_GT(last.latent_generator, 0);
  EXPECT_LT(last.discriminator, first.discriminator);
}

/// Pairs of the problem whose rows belong together: source row i is what the first model makes of what target row i came from.
TEST_F(Neural, KnownPairsTeachWhatNoLinearMapCan) {
  const Planted both = planted(2000, 8, 2), other = planted(2000, 9, 2), test = planted(500, 3, 2);
  const Map line = linear_start(2);
  NeuralOptions options = small();
  options.width = 64;
  options.steps = 300;
  options.period = 50;
  options.loss.matching = options.loss.preservation = options.loss.cycle_preservation = 0;
  const auto cosine = [&](const Map& map) {
    return evaluate(translate(map, test.source), test.target, map.target_mean, {.bootstrap = 0}).centred_cosine.value;
  };
  const double start_cosine = cosine(line);
  AlignProblem some{both.source, both.target, "a", "b"};
  for (Index i = 0; i < 400; ++i) some.pairs.push_back({i, i});
  const NeuralSummary few = train_neural(some, line, options);
  EXPECT_FALSE(few.scored_by_pairs);
  EXPECT_LT(few.history.back().pairs, few.history[1].pairs);

  for (Index i = 400; i < 2000; ++i) some.pairs.push_back({i, i});
  const NeuralSummary many = train_neural(some, line, options);
  EXPECT_TRUE(many.scored_by_pairs);
  EXPECT_LT(many.best_score, 0);
  EXPECT_GT(many.best_score, many.start_score);
  EXPECT_GT(cosine(many.map), start_cosine + 0.3 * (1 - start_cosine));
  EXPECT_NE(many.map.card.find("known pairs"), std::string::npos);

  some.pairs.push_back({0, 2000});
  EXPECT_THROW(train_neural(some, line, options), Error) << "there is no target row 2000";
}

TEST_F(Neural, OfSeveralSeedsTheWorseDropOut) {
  TempDir dir;
  NeuralOptions options = small();
  options.seeds = 4;
  options.steps = 80;
  options.log = dir.path("log.csv");
  options.checkpoint = dir.path("checkpoint");
  int calls = 0;
  options.progress = [&](std::string_view, double) { return ++calls < 100; };
  EXPECT_THROW(train_neural(problem, start, options), Error);
  options.progress = {};
  const NeuralSummary race = train_neural(problem, start, options);  // from the checkpoints
  std::map<std::uint64_t, Index> reached;
  std::map<std::uint64_t, double> at_quarter;
  for (const NeuralProgress& line : race.history) {
    reached[line.seed] = line.step;
    if (line.step <= 20) at_quarter[line.seed] = std::max(line.score(), line.step == 0 ? -1e9 : at_quarter[line.seed]);
  }
  std::vector<Index> steps;
  for (const auto& [seed, step] : reached) steps.push_back(step);
  std::sort(steps.begin(), steps.end());
  EXPECT_EQ(steps, (std::vector<Index>{20, 20, 40, 80}));
  for (const auto& [seed, step] : reached) {
    if (step == 20) {
      EXPECT_LE(at_quarter[seed], at_quarter[race.seed]);
    }
  }

  NeuralOptions alone = small();
  alone.steps = 80;
  alone.seed = race.seed;
  const Matrix expected = translate(train_neural(problem, start, alone).map, a.source), found = translate(race.map, a.source);
  for (Index i = 0; i < found.rows() * found.cols(); ++i) ASSERT_EQ(found.data()[i], expected.data()[i]);
}

TEST_F(Neural, ClosingMendsAStartThatIsSlightlyOff) {
  const Planted more_a = planted(3000, 1, 0.5), more_b = planted(3000, 2, 0.5), test = planted(500, 3, 0.5);
  Map off = start;
  Random random(4);
  for (Index i = 0; i < off.weight.rows() * off.weight.cols(); ++i)
    off.weight.data()[i] += 0.15f * static_cast<float>(random.normal());
  NeuralOptions options = small();
  options.steps = 0;
  const auto cosine = [&](bool close) {
    options.close = close;
    const Map map = train_neural({more_a.source, more_b.target, "a", "b"}, off, options).map;
    return evaluate(translate(map, test.source), test.target, map.target_mean, {.bootstrap = 0}).centred_cosine.value;
  };
  EXPECT_GT(cosine(true), cosine(false));
}

TEST_F(Neural, ABlendLiesBetweenTheStartAndWhatWasLearned) {
  const Planted more_a = planted(2000, 1, 2), more_b = planted(2000, 2, 2);
  const Map line = linear_start(2);
  const Matrix from = translate(line, more_a.source);
  NeuralOptions options = small();
  options.loss.preservation = options.loss.cycle_preservation = 0;
  const auto moved = [&](double blend, bool close) {
    options.blend = blend;
    options.close = close;
    options.steps = close ? 0 : 150;  // one way to move at a time
    options.period = 50;
    const Matrix to = translate(train_neural({more_a.source, more_b.target, "a", "b"}, line, options).map, more_a.source);
    double square = 0;
    for (Index i = 0; i < to.rows() * to.cols(); ++i) square += std::pow(to.data()[i] - from.data()[i], 2);
    return std::sqrt(square / static_cast<double>(to.rows()));
  };
  for (const bool close : {false, true}) {
    const double whole = moved(1, close), half = moved(0.5, close);
    EXPECT_GT(whole, 1e-2);
    EXPECT_GT(half, 0.25 * whole);
    EXPECT_LT(half, 0.75 * whole);
    EXPECT_EQ(moved(0, close), 0);
  }
}

TEST_F(Neural, TheLessTheSearchesAgreedTheMoreOfWhatWasLearnedIsInTheResult) {
  NeuralOptions options = small();
  options.steps = 10;
  options.blend = std::nullopt;
  const auto blend = [&](const std::string& card) {
    Map from = start;
    from.card = card;
    return train_neural(problem, from, options).map.blend;
  };
  EXPECT_FLOAT_EQ(blend(R"({"evidence": {"agreement": 0.85}})"), 0.3f);
  EXPECT_FLOAT_EQ(blend(R"({"evidence": {"agreement": 0.2}})"), 1);
  EXPECT_FLOAT_EQ(blend(""), 1);
  Map sure = start;
  sure.card = R"({"evidence": {"agreement": 0.95}})";
  const NeuralSummary kept = train_neural(problem, sure, options);
  EXPECT_EQ(bytes_of(kept.map), bytes_of(sure));
  EXPECT_EQ(kept.parameters, 0);
  EXPECT_NE(kept.brief().find("agreed"), std::string::npos);
  options.blend = 1;
  EXPECT_TRUE(train_neural(problem, sure, options).map.network);
  options.blend = std::nullopt;
  options.start = NeuralStart::kRandom;
  EXPECT_FLOAT_EQ(blend(R"({"evidence": {"agreement": 0.95}})"), 1);
}

TEST_F(Neural, ANetworksOutputCanBeMultiplied) {
  const Map map = train_neural(problem, start, small()).map;
  neural::Network network = *map.network;
  Matrix m(kTargetDim, kTargetDim), before(a.source.rows(), kTargetDim), after = before;
  Random random(3);
  for (Index i = 0; i < kTargetDim * kTargetDim; ++i) m.data()[i] = static_cast<float>(random.normal());
  network.apply(a.source, before.span());
  network.multiply_output(m);
  network.apply(a.source, after.span());
  const Matrix expected = product(before, m);
  for (Index i = 0; i < after.rows() * after.cols(); ++i) ASSERT_NEAR(after.data()[i], expected.data()[i], 1e-3);
}

TEST_F(Neural, KeepsTheStartWhenNothingScoresBetterAndLosesPatience) {
  NeuralOptions options = small();
  options.learning_rate = 0.3;  // ruins everything
  options.steps = 1000;
  options.patience = 2;
  const NeuralSummary summary = train_neural(problem, start, options);
  EXPECT_EQ(summary.best_step, 0);
  EXPECT_EQ(summary.steps, 20);
  EXPECT_EQ(summary.best_score, summary.start_score);
}

TEST_F(Neural, MapsAreSavedWithTheirLayers) {
  TempDir dir;
  NeuralOptions options = small();
  options.steps = 10;
  const Map map = train_neural(problem, start, options).map;
  map.save(dir.path("m"));
  const Map back = Map::load(dir.path("m"));
  ASSERT_TRUE(back.network);
  EXPECT_EQ(bytes_of(back), bytes_of(map));
  const Matrix there = translate(map, a.source), same = translate(back, a.source);
  for (Index i = 0; i < there.rows() * there.cols(); ++i) ASSERT_EQ(there.data()[i], same.data()[i]);

  const std::string whole = bytes_of(map);
  const auto load = [&](const std::string& bytes) {
    std::ofstream(dir.path("x"), std::ios::binary) << bytes;
    return Map::load(dir.path("x"));
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (std::size_t length = 0; length < whole.size(); length += 4999)
    EXPECT_THROW(load(whole.substr(0, length)), Error) << length;
  EXPECT_THROW(load(with("\\\"depth\\\":2", "\\\"depth\\\":9")), Error);
  EXPECT_THROW(load(with("\\\"hidden\\\":32", "\\\"hidden\\\":99")), Error);
  EXPECT_THROW(load(with("\\\"skip\\\":\\\"linear\\\"", "\\\"skip\\\":\\\"banana\\\"")), Error);
  EXPECT_THROW(load(with("\"layers\"", "\"lawyers\"")), Error);

  Map blended = map;
  blended.blend = 0.25;
  blended.weight(0, 0) += 1;  // away from what the layers, little trained, are yet
  blended.save(dir.path("blended"));
  const Map again = Map::load(dir.path("blended"));
  EXPECT_EQ(again.blend, 0.25f);
  EXPECT_EQ(bytes_of(again), bytes_of(blended));
  const Matrix mixed = translate(again, a.source);
  double moved = 0;
  for (Index i = 0; i < there.rows() * there.cols(); ++i)
    moved = std::max(moved, static_cast<double>(std::abs(mixed.data()[i] - there.data()[i])));
  EXPECT_GT(moved, 1e-4);
  std::string wrong = bytes_of(blended);
  wrong.replace(wrong.find("\\\"blend\\\":0.25"), 14, "\\\"blend\\\":7.25");
  EXPECT_THROW(load(wrong), Error);
}

TEST_F(Neural, RefusesBadInput) {
  const NeuralOptions good = small();
  const auto refuses = [&](auto change) {
    NeuralOptions options = good;
    change(options);
    EXPECT_THROW(train_neural(problem, start, options), Error);
  };
  refuses([](NeuralOptions& o) { o.loss.cycle = -1; });
  refuses([](NeuralOptions& o) { o.batch = 1; });
  refuses([](NeuralOptions& o) { o.average = 1; });
  refuses([](NeuralOptions& o) { o.learning_rate = std::nan(""); });
  refuses([](NeuralOptions& o) { o.discriminator_penalty = -1; });
  refuses([](NeuralOptions& o) { o.seeds = 0; });
  refuses([](NeuralOptions& o) { o.blend = 1.5; });
  EXPECT_THROW(train_neural({b.target, a.source, "", ""}, start, good), Error);
  Matrix broken = a.source;
  broken(7, 3) = std::nanf("");
  EXPECT_THROW(train_neural({broken, b.target, "", ""}, start, good), Error);
  EXPECT_THROW(neural_preset("nonsense"), Error);
}

}  // namespace
}  // namespace vec2vec
