#include <algorithm>
#include <string_view>

#include "io/ndjson.h"
#include "io/strided_source.h"
#include "io/text_source.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {

namespace {

/// What to try with a file that is none of ours.
std::string hint_for(const MappedFile& file) {
  const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<std::uint64_t>(file.size(), 6));
  for (const char* magic : {"PAR1", "ARROW1", "Ix", "Iw", "IH"})  // the last three: FAISS
    if (start.starts_with(magic))
      return "Parquet, Arrow and FAISS files are read by the Python package: python -m vec2vec_cpp translate --help";
  return "npy, safetensors, fvecs, bvecs, CSV, TSV and NDJSON are recognised; for headerless float32 give the dimension "
         "(--raw-dim)";
}

}  // namespace

std::unique_ptr<RowSource> open_rows(const std::string& path, const OpenOptions& options) {
  MappedFile file(path);
  Layout layout;
  if (options.raw_dim > 0)
    layout = raw_layout(file, options.raw_dim);
  else if (looks_like_npy(file))
    layout = npy_layout(file);
  else if (looks_like_ndjson(file))  // before safetensors, which has zeros in its first eight bytes
    return std::make_unique<NdjsonSource>(std::move(file), options.field);
  else if (looks_like_safetensors(file))
    layout = safetensors_layout(file, options.tensor);
  else if (looks_like_text(file))
    return make_text_source(std::move(file));
  else if (looks_like_vecs(file))
    layout = vecs_layout(file);
  else
    bad_input("the content is of no known vector format", path, hint_for(file));
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
