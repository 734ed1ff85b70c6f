// SPDX-License-Identifier: Apache-2.0
#include "train/step/generator_pass.h"

#include <algorithm>

#include "core/parallel.h"
#include "neural/layers.h"
#include "train/step/losses.h"
#include "train/step/row_tasks.h"

namespace vec2vec::neural {
namespace {

void resize(Matrix& m, Index rows, Index cols) {
  if (m.rows() != rows || m.cols() != cols) m = Matrix(rows, cols);
}

void set_zero(Matrix& m) { std::fill_n(m.data(), m.rows() * m.cols(), 0.0f); }

void add(MatrixView from, MatrixSpan to) {
  for (Index i = 0; i < to.rows; ++i)
    for (Index c = 0; c < to.cols; ++c) to.row(i)[c] += from.row(i)[c];
}

Matrix sum(MatrixView a, MatrixView b) {
  Matrix c(a.rows, a.cols);
  for (Index i = 0; i < a.rows; ++i)
    for (Index j = 0; j < a.cols; ++j) c(i, j) = a.row(i)[j] + b.row(i)[j];
  return c;
}

}  // namespace

GeneratorPass::GeneratorPass(const NeuralOptions& options)
    : weights_(options.loss),
      cycles_(options.loss.cycle > 0 || options.loss.cycle_preservation > 0),
      reconstructs_(options.loss.reconstruction > 0),
      threads_(options.threads) {}

void GeneratorPass::forward(const Translator& t, const std::array<MatrixView, 2>& x) {
  n_ = x[0].rows;
  for (std::size_t s = 0; s < 2; ++s) {
    Side& side = sides_[s];
    const std::size_t o = 1 - s;
    side.x = x[s];
    const auto prepare_output = [&](Output& output, std::size_t to) {
      resize(output.rows, n_, t.dim(static_cast<int>(to)));
      resize(output.d, n_, output.rows.cols());
      output.norms.resize(static_cast<std::size_t>(n_));
      t.output[to].prepare(output.tape, n_);
      set_zero(output.d);
    };
    for (Matrix* m : {&side.adapted, &side.d_adapted, &side.latent, &side.d_latent}) resize(*m, n_, t.latent());
    set_zero(side.d_latent);
    t.input[s].prepare(side.input, n_);
    t.backbone.prepare(side.backbone, n_);
    prepare_output(side.translated, o);
    if (reconstructs_) prepare_output(side.reconstructed, s);
    if (!cycles_) continue;
    for (Matrix* m : {&side.cycle_adapted, &side.d_cycle_adapted, &side.cycle_latent, &side.d_cycle_latent})
      resize(*m, n_, t.latent());
    t.input[o].prepare(side.cycle_input, n_);
    t.backbone.prepare(side.cycle_backbone, n_);
    prepare_output(side.cycled, s);
  }
  const Index chunks = row_tasks(n_);
  parallel_for(2 * chunks, threads_, [&](Index task) {
    const Index first = task / 2 * kRowsATask;
    forward_rows(t, static_cast<std::size_t>(task % 2), first, std::min(kRowsATask, n_ - first));
  });
}

void GeneratorPass::forward_rows(const Translator& t, std::size_t s, Index first, Index count) {
  Side& side = sides_[s];
  const std::size_t o = 1 - s;
  const auto put_out = [&](std::size_t to, MatrixView latent, Output& output) {
    t.output[to].forward(t.parameters, latent, output.rows.span(), output.tape, first, count);
    unit_forward(output.rows.span().middle_rows(first, count), output.norms.data() + first);
  };
  t.input[s].forward(t.parameters, side.x, side.adapted.span(), side.input, first, count);
  t.backbone.forward(t.parameters, side.adapted, side.latent.span(), side.backbone, first, count);
  put_out(o, side.latent, side.translated);
  if (reconstructs_) put_out(s, side.latent, side.reconstructed);
  if (!cycles_) return;
  t.input[o].forward(t.parameters, side.translated.rows, side.cycle_adapted.span(), side.cycle_input, first, count);
  t.backbone.forward(t.parameters, side.cycle_adapted, side.cycle_latent.span(), side.cycle_backbone, first, count);
  put_out(s, side.cycle_latent, side.cycled);
}

Losses GeneratorPass::lose(Discriminators& discriminators, const Guidance& guidance) {
  std::array<Losses, 2> of_side;
  // Half of each side, for means over both.
  parallel_for(2, threads_, [&](Index task) {
    const auto s = static_cast<std::size_t>(task);
    Side& side = sides_[s];
    Losses& l = of_side[s];
    const LossWeights& w = weights_;
    const auto distance = [&](Index first, Index count, double weight) {
      return distance_loss(side.translated.rows.view().middle_rows(first, count),
                           guidance.counterpart[s].middle_rows(first, count), weight / 2,
                           side.translated.d.span().middle_rows(first, count));
    };
    if (w.reconstruction > 0)
      l.reconstruction = distance_loss(side.reconstructed.rows, side.x, w.reconstruction / 2, side.reconstructed.d.span());
    if (w.cycle > 0) l.cycle = distance_loss(side.cycled.rows, side.x, w.cycle / 2, side.cycled.d.span());
    if (w.preservation > 0)
      l.preservation = preservation_loss(side.translated.rows, guidance.reference[s].data ? guidance.reference[s] : side.x,
                                         w.preservation / 2, side.translated.d.span());
    if (w.cycle_preservation > 0)
      l.cycle_preservation = preservation_loss(side.cycled.rows, side.x, w.cycle_preservation / 2, side.cycled.d.span());
    if (w.pairs > 0 && guidance.pairs > 0) l.pairs = distance(0, guidance.pairs, w.pairs);
    if (w.matching > 0 && guidance.pairs < n_) l.matching = distance(guidance.pairs, n_ - guidance.pairs, w.matching);
  });

  std::vector<Discriminators::Verdict> verdicts;
  std::vector<Matrix> noisy;
  noisy.reserve(4);
  const auto seen = [&](const Matrix& rows, MatrixView added) -> MatrixView {
    if (!added.data) return rows;
    noisy.push_back(sum(rows, added));
    return noisy.back();
  };
  for (std::size_t s = 0; s < 2; ++s) {
    Side& side = sides_[s];
    // A translation should pass for native; a latent for one of the other side (label 1 is the source's).
    if (weights_.generator > 0)
      verdicts.push_back({{static_cast<int>(1 - s), seen(side.translated.rows, guidance.noise[s]), 1.0},
                          weights_.generator / 2,
                          side.translated.d.span()});
    if (weights_.latent_generator > 0)
      verdicts.push_back({{2, seen(side.latent, guidance.noise[2 + s]), s == 0 ? 0.0 : 1.0},
                          weights_.latent_generator / 2,
                          side.d_latent.span()});
  }
  const std::vector<double> judged = discriminators.judge(verdicts, threads_);
  Losses total;
  for (std::size_t i = 0; i < judged.size(); ++i)
    (verdicts[i].lesson.which == 2 ? total.latent_generator : total.generator) += judged[i] / 2;
  for (const Losses& l : of_side) {
    total.reconstruction += l.reconstruction / 2;
    total.cycle += l.cycle / 2;
    total.preservation += l.preservation / 2;
    total.cycle_preservation += l.cycle_preservation / 2;
    total.matching += l.matching / 2;
    total.pairs += l.pairs / 2;
  }
  return total;
}

void GeneratorPass::backward_rows(const Translator& t, std::size_t s, Index first, Index count) {
  Side& side = sides_[s];
  const std::size_t o = 1 - s;
  const auto rows = [&](Matrix& m) { return m.span().middle_rows(first, count); };
  // From the gradient at unit rows to the one at the latent.
  const auto through_output = [&](std::size_t to, Output& output, MatrixSpan d_latent) {
    unit_backward(rows(output.rows), output.norms.data() + first, rows(output.d));
    t.output[to].backward(t.parameters, output.d, d_latent, output.tape, first, count);
  };
  if (cycles_) {
    through_output(s, side.cycled, rows(side.d_cycle_latent));
    t.backbone.backward(t.parameters, side.d_cycle_latent, rows(side.d_cycle_adapted), side.cycle_backbone, first, count);
    Matrix d_translated(count, side.translated.d.cols());
    t.input[o].backward(t.parameters, side.d_cycle_adapted, d_translated.span(), side.cycle_input, first, count);
    add(d_translated, rows(side.translated.d));
  }
  Matrix d_latent(count, t.latent());
  through_output(o, side.translated, d_latent.span());
  add(d_latent, rows(side.d_latent));
  if (reconstructs_) {
    through_output(s, side.reconstructed, d_latent.span());
    add(d_latent, rows(side.d_latent));
  }
  t.backbone.backward(t.parameters, side.d_latent, rows(side.d_adapted), side.backbone, first, count);
  t.input[s].backward(t.parameters, side.d_adapted, {}, side.input, first, count);
}

void GeneratorPass::backward(Translator& t) {
  const Index chunks = row_tasks(n_);
  parallel_for(2 * chunks, threads_, [&](Index task) {
    const Index first = task / 2 * kRowsATask;
    backward_rows(t, static_cast<std::size_t>(task % 2), first, std::min(kRowsATask, n_ - first));
  });

  struct Task {
    const Mlp* mlp;
    std::vector<Mlp::Use> uses;
    int layer;
  };
  std::vector<Task> tasks;
  const auto add_tasks = [&](const Mlp& mlp, const std::vector<Mlp::Use>& uses) {
    for (int layer = 0; layer < mlp.gradient_tasks(); ++layer) tasks.push_back({&mlp, uses, layer});
  };
  std::vector<Mlp::Use> backbone;
  for (std::size_t s = 0; s < 2; ++s) {
    const Side &side = sides_[s], &other = sides_[1 - s];
    backbone.push_back({&side.backbone, side.adapted, side.d_latent});
    std::vector<Mlp::Use> input = {{&side.input, side.x, side.d_adapted}};
    std::vector<Mlp::Use> output = {{&other.translated.tape, other.latent, other.translated.d}};
    if (reconstructs_) output.push_back({&side.reconstructed.tape, side.latent, side.reconstructed.d});
    if (cycles_) {
      backbone.push_back({&side.cycle_backbone, side.cycle_adapted, side.d_cycle_latent});
      input.push_back({&other.cycle_input, other.translated.rows, other.d_cycle_adapted});
      output.push_back({&side.cycled.tape, side.cycle_latent, side.cycled.d});
    }
    add_tasks(t.input[s], input);
    add_tasks(t.output[s], output);
  }
  add_tasks(t.backbone, backbone);
  parallel_for(static_cast<Index>(tasks.size()), threads_, [&](Index i) {
    const Task& task = tasks[static_cast<std::size_t>(i)];
    task.mlp->set_gradients(t.parameters, task.uses, task.layer);
  });
}

}  // namespace vec2vec::neural
