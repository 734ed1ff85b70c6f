// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/trainer.h"

namespace vec2vec::neural {

/// Ends a network, source to target, as the linear path ends its map (align/refine/refine): one coupling of its translations f
/// of up to 20,000 training rows with native rows y, then v = f M with M (d_target, d_target) the shrunk map
/// (linear/shrunk_map.h) from f to the counterparts, known pairs included. Training towards native rows undoes the shrinkage of
/// the start, which raised centred cosine; this shrinks again, fitted to better translations. Cost: one coupling, a
/// spectrum and a singular value decomposition of d_target dimensions.
void close(Network& network, const TrainingRows& rows, int threads);

}  // namespace vec2vec::neural
