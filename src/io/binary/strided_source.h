// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "io/file/mapped_file.h"
#include "vec2vec/rows.h"

namespace vec2vec {

enum class Element {
  kFloat16,
  kBfloat16,
  kFloat32,
  kFloat64,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64
};
std::uint64_t element_size(Element element);
const char* element_name(Element element);

/// Floats and integers of 8 bits; others where the options ask for integers.
bool is_vector_type(Element element, const OpenOptions& options);

/// Throws Error{kBadInput} when the elements are integers of more than 8 bits, which are numbers of rows or labels, and the
/// options do not ask for them. convert: the hint.
void require_vectors(Element element, const OpenOptions& options, const std::string& path, const std::string& convert);

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
Layout npy_layout(const MappedFile& file, const OpenOptions& options);
bool looks_like_safetensors(const MappedFile& file);
Layout safetensors_layout(const MappedFile& file, const OpenOptions& options);
/// fvecs and bvecs: each record is a little-endian int32 dimension and that many float32 / uint8. Of ivecs, whose int32 are
/// numbers of rows, the layout is an error.
bool looks_like_vecs(const MappedFile& file);
Layout vecs_layout(const MappedFile& file, const OpenOptions& options);
/// fbin, f16bin, u8bin, i8bin: uint32 rows, uint32 dimension, then the values. Known by the ending of the name, or by a size
/// that is just right; of the two with 8-bit values only the ending tells which.
bool looks_like_fbin(const MappedFile& file);
Layout fbin_layout(const MappedFile& file, const OpenOptions& options);
Layout raw_layout(const MappedFile& file, const OpenOptions& options);

}  // namespace vec2vec
