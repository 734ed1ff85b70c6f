"""Translates one made-up row through a map, with nothing but Python: translate.py LIBRARY MAP"""

import ctypes
import math
import sys

library = ctypes.CDLL(sys.argv[1])
library.vec2vec_map_load.restype = ctypes.c_void_p
library.vec2vec_error.restype = ctypes.c_char_p
for name in ("vec2vec_map_source_dim", "vec2vec_map_target_dim"):
    getattr(library, name).restype = ctypes.c_int64
    getattr(library, name).argtypes = [ctypes.c_void_p]
Floats = ctypes.POINTER(ctypes.c_float)
library.vec2vec_translate_one.argtypes = [ctypes.c_void_p, Floats, ctypes.c_int64, Floats]
library.vec2vec_map_free.argtypes = [ctypes.c_void_p]

map = library.vec2vec_map_load(sys.argv[2].encode())
if not map:
    sys.exit(library.vec2vec_error().decode())
source, target = library.vec2vec_map_source_dim(map), library.vec2vec_map_target_dim(map)
row = (ctypes.c_float * source)(*(math.sin(j) for j in range(source)))
out = (ctypes.c_float * target)()
if library.vec2vec_translate_one(map, row, source, out):
    sys.exit(library.vec2vec_error().decode())
print(target, *(f"{value:.5f}" for value in out[:3]))
library.vec2vec_map_free(map)
