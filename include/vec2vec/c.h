// SPDX-License-Identifier: Apache-2.0
/* The C interface of vec2vec.cpp: maps, translation, the gate and alignment in memory, for C and for every language that calls
   C. Link libvec2vec_c (cmake: vec2vec::c; pkg-config: vec2vec_c). docs/c.md has examples in six languages.

   Rows are float32, one after another: row i of `rows` rows of `dim` values begins at data + i * dim. Text is UTF-8, ends with
   0. A function that can fail returns a vec2vec_status, or NULL in the place of a pointer. vec2vec_error() then has the text,
   of the last failed call of the calling thread. Maps never change: any number of threads may use one. Functions keep the
   numbers and the meaning that they have; new ones may join. No exception leaves the library. */
#ifndef VEC2VEC_C_H
#define VEC2VEC_C_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define VEC2VEC_API __attribute__((visibility("default")))
#else
#define VEC2VEC_API
#endif

typedef enum vec2vec_status {
  VEC2VEC_OK = 0,
  VEC2VEC_INTERNAL = 1,    /* a bug, to be reported */
  VEC2VEC_BAD_INPUT = 2,   /* the caller's: a file, an option, rows that do not fit */
  VEC2VEC_UNAVAILABLE = 3, /* the machine's: memory, disk space. The same call may work later */
  VEC2VEC_INTERRUPTED = 4  /* a progress function ended the work */
} vec2vec_status;

typedef struct vec2vec_map vec2vec_map;

/* Called now and then by long work with the part that is done, 0 to 1; any value but 0 ends the work. */
typedef int (*vec2vec_progress)(const char* stage, double done, void* context);

/* "0.1.0", and whose kernels run: "v2", "v3", "v4", "bf16", "native". NULL when VEC2VEC_CPU names a level that is not there. */
VEC2VEC_API const char* vec2vec_version(void);
VEC2VEC_API const char* vec2vec_cpu(void);

/* What went wrong in the last call of this thread that failed: a sentence, where, and what to try. Empty before the first.
   Valid until the next call of this thread. */
VEC2VEC_API const char* vec2vec_error(void);

/* A map from its file, or from the bytes of one. Free it with vec2vec_map_free, which takes NULL too. */
VEC2VEC_API vec2vec_map* vec2vec_map_load(const char* path);
VEC2VEC_API vec2vec_map* vec2vec_map_from_bytes(const void* bytes, size_t size);
/* Of a map of several known spaces, the map into the one of that name; a new map. */
VEC2VEC_API vec2vec_map* vec2vec_map_to(const vec2vec_map* map, const char* name);
VEC2VEC_API void vec2vec_map_free(vec2vec_map* map);

VEC2VEC_API vec2vec_status vec2vec_map_save(const vec2vec_map* map, const char* path, int overwrite);
VEC2VEC_API int64_t vec2vec_map_source_dim(const vec2vec_map* map); /* 0 for NULL */
VEC2VEC_API int64_t vec2vec_map_target_dim(const vec2vec_map* map);
/* How the map was made, as JSON (docs/file-format.md). Valid as long as the map. */
VEC2VEC_API const char* vec2vec_map_card(const vec2vec_map* map);

/* in (rows, dim) -> out (rows, target_dim), rows of norm 1. dim must be the map's source_dim: it guards against rows of another
   model. in and out must not overlap. threads: 0 = all cores. Refuses values that are not finite, naming the row, and rows that
   do not look like those of the map's source model (8 and more). */
VEC2VEC_API vec2vec_status vec2vec_translate(const vec2vec_map* map, const float* in, int64_t rows, int64_t dim, float* out,
                                             int threads);
/* One row: in (dim) -> out (target_dim), on the calling thread, the same bytes as in vec2vec_translate. */
VEC2VEC_API vec2vec_status vec2vec_translate_one(const vec2vec_map* map, const float* in, int64_t dim, float* out);

/* Rows for the gate; those that the policy does not need may be NULL with 0 rows. */
typedef struct vec2vec_gate_rows {
  const float *eval_a, *eval_b; /* (eval_rows, source_dim) and (eval_rows, target_dim): evaluation pairs */
  int64_t eval_rows;
  const float* rows; /* (row_count, source_dim): what is to be translated */
  int64_t row_count;
  const float* store; /* (store_rows, target_dim): what translations will be searched in */
  int64_t store_rows;
} vec2vec_gate_rows;

/* Holds a map against a policy, a JSON object of limits (docs/gate.md). rows may be NULL. *passed becomes 1 or 0; *report,
   unless report is NULL, the checks as JSON, to be freed with vec2vec_free. age_in_days: of the map's file; below 0 = not
   known. */
VEC2VEC_API vec2vec_status vec2vec_gate(const vec2vec_map* map, const char* policy, const vec2vec_gate_rows* rows,
                                        double age_in_days, int* passed, char** report);

/* How vec2vec_align works; all zero is the default. Set size to sizeof(vec2vec_align_options): members may join at its end. */
typedef struct vec2vec_align_options {
  size_t size;
  uint64_t seed;
  int effort;           /* 0 normal, -1 low, 1 high */
  int threads;          /* 0 = all cores */
  double time_budget;   /* seconds after which no new search begins; 0 = none */
  int partial;          /* try parts of either side when all rows together do not align */
  const int64_t* pairs; /* (pair_count, 2): rows of a and b that belong together; may be NULL */
  int64_t pair_count;
  vec2vec_progress progress; /* may be NULL */
  void* context;             /* handed to progress */
} vec2vec_align_options;

/* The map from rows a (a_rows, a_dim) to rows b (b_rows, b_dim), without pairs or with a few. options may be NULL. *report,
   unless report is NULL, becomes the verdict and the evidence as JSON, to be freed with vec2vec_free. A map comes back whatever
   the verdict: look at "verdict". The same seed, threads and machine give the same bytes. */
VEC2VEC_API vec2vec_map* vec2vec_align(const float* a, int64_t a_rows, int64_t a_dim, const float* b, int64_t b_rows,
                                       int64_t b_dim, const vec2vec_align_options* options, char** report);

/* Frees text that a function handed over; takes NULL too. */
VEC2VEC_API void vec2vec_free(char* text);

#ifdef __cplusplus
}
#endif
#endif
