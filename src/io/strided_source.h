#pragma once
#include <string>

#include "io/mapped_file.h"
#include "vec2vec/rows.h"

namespace vec2vec {

enum class Element { kFloat16, kBfloat16, kFloat32, kFloat64, kUint8 };
std::uint64_t element_size(Element element);
const char* element_name(Element element);

/// Where the values of a mapped binary file lie: element (i, j) at offset + i * row_stride + j * column_stride, in bytes.
/// Every binary format comes down to this.
struct Layout {
  std::string format;
  Element element = Element::kFloat32;
  Index rows = 0, dim = 0;
  std::uint64_t offset = 0, row_stride = 0, column_stride = 0;
};

/// Throws Error{kBadInput} when the layout is empty or reaches past the end of the file.
std::unique_ptr<RowSource> make_strided_source(MappedFile file, Layout layout);

/// The layouts of the binary formats; each throws Error{kBadInput} on a malformed header.
bool looks_like_npy(const MappedFile& file);
Layout npy_layout(const MappedFile& file);
bool looks_like_safetensors(const MappedFile& file);
Layout safetensors_layout(const MappedFile& file, const std::string& tensor);
/// fvecs and bvecs: each record is a little-endian int32 dimension and that many float32 / uint8.
bool looks_like_vecs(const MappedFile& file);
Layout vecs_layout(const MappedFile& file);
Layout raw_layout(const MappedFile& file, Index dim);

}  // namespace vec2vec
