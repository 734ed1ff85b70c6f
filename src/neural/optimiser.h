#pragma once
#include <vector>

#include "neural/parameters.h"

namespace vec2vec::neural {

/// Learning rate factor of step 0, 1, ...: rises linearly over the first warm_up steps, then falls along half a cosine to
/// final_factor at the last step.
double schedule_factor(Index step, Index steps, Index warm_up, double final_factor);

/// Scales gradients so that their norm is at most `limit` (0 = no limit); returns the norm before. NaN is passed on.
double clip_gradients(Parameters& parameters, double limit, int threads);

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

  /// One step with the gradients held by parameters, which are then set to 0.
  void step(Parameters& parameters, double learning_rate, int threads);
};

/// average += (1 - decay) (values - average).
void update_average(std::vector<float>& average, const std::vector<float>& values, double decay, int threads);

}  // namespace vec2vec::neural
