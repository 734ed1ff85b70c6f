// Translates one made-up row through a map: npm install koffi, then node translate.mjs LIBRARY MAP
import koffi from "koffi";

const [library, path] = process.argv.slice(2);
const c = koffi.load(library);
const load = c.func("void* vec2vec_map_load(const char* path)");
const sourceDim = c.func("int64_t vec2vec_map_source_dim(void* map)");
const targetDim = c.func("int64_t vec2vec_map_target_dim(void* map)");
const translateOne = c.func("int vec2vec_translate_one(void* map, const float* row, int64_t dim, _Out_ float* out)");
const free = c.func("void vec2vec_map_free(void* map)");
const error = c.func("const char* vec2vec_error()");

const fail = () => {
  console.error(error());
  process.exit(2);
};

const map = load(path);
if (!map) fail();
const row = Float32Array.from({ length: Number(sourceDim(map)) }, (_, j) => Math.sin(j));
const out = new Float32Array(Number(targetDim(map)));
if (translateOne(map, row, row.length, out) !== 0) fail();
console.log(out.length, ...[...out.slice(0, 3)].map((value) => value.toFixed(5)));
free(map);
