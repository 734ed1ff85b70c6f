#include <algorithm>

#include "io/strided_source.h"
#include "io/text_source.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {

std::unique_ptr<RowSource> open_rows(const std::string& path, const OpenOptions& options) {
  MappedFile file(path);
  Layout layout;
  if (options.raw_dim > 0)
    layout = raw_layout(file, options.raw_dim);
  else if (looks_like_npy(file))
    layout = npy_layout(file);
  else if (looks_like_safetensors(file))
    layout = safetensors_layout(file, options.tensor);
  else if (looks_like_text(file))
    return make_text_source(std::move(file));
  else if (looks_like_vecs(file))
    layout = vecs_layout(file);
  else
    bad_input(
        "the content is of no known vector format", path,
        "npy, safetensors, fvecs, bvecs, CSV and TSV are recognised; for headerless float32 give the dimension (--raw-dim)");
  return make_strided_source(std::move(file), std::move(layout));
}

Matrix read_all(RowSource& source) {
  Matrix all(source.rows(), source.dim());
  constexpr Index kBlock = 4096;
  for (Index begin = 0; begin < all.rows(); begin += kBlock)
    source.read(begin, all.span().middle_rows(begin, std::min(kBlock, all.rows() - begin)));
  return all;
}

}  // namespace vec2vec
