// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "neural/parameters.h"

namespace vec2vec::neural {

/// Learning rate factor of step 0, 1, ...: rises linearly over the first warm_up steps, then falls along half a cosine to
/// final_factor at the last step.
double schedule_factor(Index step, Index steps, Index warm_up, double final_factor);

/// Norm of all gradients. NaN is passed on.
double gradient_norm(const Parameters& parameters, int threads);

/// What gradients of this norm are multiplied with so that it is at most `limit` (0 = no limit).
double clip_factor(double norm, double limit);

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0;  ///< decoupled; of matrices (more than one row) only
};

/// AdamW (Loshchilov & Hutter 2019).
struct AdamW {
  AdamWOptions options;
  std::vector<float> first, second;  ///< moments, laid out as the parameters
  Index steps = 0;                   ///< taken so far

  AdamW() = default;
  AdamW(const Parameters& parameters, const AdamWOptions& o);

  /// What a step does in the same pass over memory: gradients are taken times `gradient_factor`, and the new values enter a
  /// moving average, if there is one: average += (1 - decay) (values - average).
  struct Also {
    double gradient_factor = 1;
    std::vector<float>* average = nullptr;
    double decay = 0;
  };
  /// One step with the gradients held by parameters, which stay as they are.
  void step(Parameters& parameters, double learning_rate, const Also& also, int threads);
};

}  // namespace vec2vec::neural
