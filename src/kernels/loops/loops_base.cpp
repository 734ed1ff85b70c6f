// SPDX-License-Identifier: Apache-2.0
#define VEC2VEC_LEVEL level_base
#include "kernels/loops/loops_at_level.h"
