/* Translates one made-up row through a map: cc translate.c -lvec2vec_c */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <vec2vec/c.h>

int main(int argc, char** argv) {
  if (argc != 2) return fprintf(stderr, "usage: translate MAP\n"), 2;
  vec2vec_map* map = vec2vec_map_load(argv[1]);
  if (!map) return fprintf(stderr, "%s\n", vec2vec_error()), 2;
  const int64_t from = vec2vec_map_source_dim(map), to = vec2vec_map_target_dim(map);
  float* in = malloc((size_t)from * sizeof *in);
  float* out = malloc((size_t)to * sizeof *out);
  for (int64_t j = 0; j < from; ++j) in[j] = (float)sin((double)j);
  if (vec2vec_translate_one(map, in, from, out) != VEC2VEC_OK) return fprintf(stderr, "%s\n", vec2vec_error()), 2;
  printf("%lld %.5f %.5f %.5f\n", (long long)to, out[0], out[1], out[2]);
  free(in);
  free(out);
  vec2vec_map_free(map);
  return 0;
}
