// SPDX-License-Identifier: Apache-2.0
#include "train/step/discriminators.h"

#include <algorithm>

#include "core/parallel.h"
#include "train/step/losses.h"
#include "train/step/row_tasks.h"

namespace vec2vec::neural {
Discriminators::Discriminators(Index source_dim, Index target_dim, Index latent, const NeuralOptions& options) {
  const std::array<bool, 3> wanted = {options.loss.generator > 0, options.loss.generator > 0,
                                      options.loss.latent_generator > 0};
  const std::array<Index, 3> dims = {source_dim, target_dim, latent};
  const std::array<std::string, 3> names = {"source", "target", "latent"};
  for (std::size_t i = 0; i < 3; ++i)
    if (wanted[i])
      networks_[i] = Mlp(parameters, "discriminator." + names[i],
                         {dims[i], options.discriminator_width, 1, options.discriminator_depth, Skip::kNone, false});
  optimiser = AdamW(parameters, {});
}

void Discriminators::initialise(Random& random) {
  for (const Mlp& network : networks_)
    if (!network.slots().empty()) network.initialise(parameters, random, 1.0f);
}

void Discriminators::prepare(std::vector<Use>& room, std::size_t uses, const Lesson& like) const {
  const Index n = like.rows.rows;
  if (room.size() < uses) room.resize(uses);
  for (std::size_t i = 0; i < uses; ++i) {
    networks_[static_cast<std::size_t>(like.which)].prepare(room[i].tape, n);  // hidden layers have one shape in all three
    if (room[i].scores.rows() != n) room[i].scores = room[i].d_scores = Matrix(n, 1);
    std::fill_n(room[i].d_scores.data(), n, 0.0f);
  }
}

double Discriminators::learn(const std::vector<Lesson>& lessons, double penalty, int threads) {
  const Index n = lessons[0].rows.rows, chunks = row_tasks(n), count = static_cast<Index>(lessons.size());
  prepare(uses_, lessons.size(), lessons[0]);
  if (penalty > 0) prepare(nearby_, lessons.size(), lessons[0]);
  std::vector<double> losses(static_cast<std::size_t>(count * chunks));
  parallel_for(count * chunks, threads, [&](Index task) {
    const auto k = static_cast<std::size_t>(task / chunks);
    const Lesson& lesson = lessons[k];
    Use& use = uses_[k];
    const Index first = task % chunks * kRowsATask, rows = std::min(kRowsATask, n - first);
    const Mlp& network = networks_[static_cast<std::size_t>(lesson.which)];
    network.forward(parameters, lesson.rows, use.scores.span(), use.tape, first, rows);
    losses[static_cast<std::size_t>(task)] =
        least_squares_loss(use.scores, lesson.label, 1.0, first, rows, use.d_scores.span());
    if (lesson.nearby.data) {
      Use& nearby = nearby_[k];
      network.forward(parameters, lesson.nearby, nearby.scores.span(), nearby.tape, first, rows);
      const double scale = penalty / (kPenaltyRadius * kPenaltyRadius * static_cast<double>(n));
      for (Index i = first; i < first + rows; ++i) {
        nearby.d_scores(i, 0) = static_cast<float>(scale * static_cast<double>(nearby.scores(i, 0) - use.scores(i, 0)));
        use.d_scores(i, 0) -= nearby.d_scores(i, 0);
      }
      network.backward(parameters, nearby.d_scores, {}, nearby.tape, first, rows);
    }
    network.backward(parameters, use.d_scores, {}, use.tape, first, rows);
  });
  const Index layers = networks_[static_cast<std::size_t>(lessons[0].which)].gradient_tasks();
  parallel_for(3 * layers, threads, [&](Index task) {
    const Index which = task / layers;
    std::vector<Mlp::Use> uses;
    for (std::size_t i = 0; i < lessons.size(); ++i) {
      if (lessons[i].which != which) continue;
      uses.push_back({&uses_[i].tape, lessons[i].rows, uses_[i].d_scores});
      if (lessons[i].nearby.data) uses.push_back({&nearby_[i].tape, lessons[i].nearby, nearby_[i].d_scores});
    }
    if (!uses.empty())
      networks_[static_cast<std::size_t>(which)].set_gradients(parameters, uses, static_cast<int>(task % layers));
  });
  double sum = 0;
  for (double loss : losses) sum += loss;
  return sum / static_cast<double>(count);
}

std::vector<double> Discriminators::judge(const std::vector<Verdict>& verdicts, int threads) {
  std::vector<double> result(verdicts.size());
  if (verdicts.empty()) return result;
  const Index n = verdicts[0].lesson.rows.rows, chunks = row_tasks(n), count = static_cast<Index>(verdicts.size());
  prepare(uses_, verdicts.size(), verdicts[0].lesson);
  std::vector<double> losses(static_cast<std::size_t>(count * chunks));
  parallel_for(count * chunks, threads, [&](Index task) {
    const Verdict& verdict = verdicts[static_cast<std::size_t>(task / chunks)];
    Use& use = uses_[static_cast<std::size_t>(task / chunks)];
    const Index first = task % chunks * kRowsATask, rows = std::min(kRowsATask, n - first);
    const Mlp& network = networks_[static_cast<std::size_t>(verdict.lesson.which)];
    network.forward(parameters, verdict.lesson.rows, use.scores.span(), use.tape, first, rows);
    losses[static_cast<std::size_t>(task)] =
        least_squares_loss(use.scores, verdict.lesson.label, verdict.weight, first, rows, use.d_scores.span());
    Matrix d_x(rows, verdict.d_rows.cols);
    network.backward(parameters, use.d_scores, d_x.span(), use.tape, first, rows);
    for (Index i = 0; i < rows; ++i)
      for (Index c = 0; c < d_x.cols(); ++c) verdict.d_rows.row(first + i)[c] += d_x(i, c);
  });
  for (std::size_t i = 0; i < losses.size(); ++i) result[i / static_cast<std::size_t>(chunks)] += losses[i];
  return result;
}

}  // namespace vec2vec::neural
