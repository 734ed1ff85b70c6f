#pragma once
/// Everything public. `vec2vec` aligns embedding spaces without pairs; start with align.h.
#include "vec2vec/align.h"
#include "vec2vec/defend.h"
#include "vec2vec/encode.h"
#include "vec2vec/error.h"
#include "vec2vec/evaluate.h"
#include "vec2vec/inspect.h"
#include "vec2vec/map.h"
#include "vec2vec/matrix.h"
#include "vec2vec/measure.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"
#include "vec2vec/version.h"
