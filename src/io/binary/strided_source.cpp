// SPDX-License-Identifier: Apache-2.0
#include "io/binary/strided_source.h"

#include <cstring>
#include <utility>

#include "core/bf16.h"
#include "core/boundary.h"
#include "core/cpu/wide.h"
#include "io/binary/half.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

struct ElementFacts {
  const char* name;
  std::uint64_t size;  ///< bytes
};

/// In the order of the enumeration.
constexpr ElementFacts kElements[] = {{"float16", 2}, {"bfloat16", 2}, {"float32", 4}, {"float64", 8},
                                      {"int8", 1},    {"uint8", 1},    {"int16", 2},   {"uint16", 2},
                                      {"int32", 4},   {"uint32", 4},   {"int64", 8},   {"uint64", 8}};

template <class Raw, auto convert>
void convert_row(const std::uint8_t* from, std::uint64_t stride, Index dim, float* to) {
  if (stride == sizeof(Raw)) {  // the common case, written apart so that it vectorises
    for (Index j = 0; j < dim; ++j) {
      Raw raw;
      std::memcpy(&raw, from + static_cast<std::uint64_t>(j) * sizeof(Raw), sizeof(Raw));
      to[j] = convert(raw);
    }
    return;
  }
  for (Index j = 0; j < dim; ++j) {
    Raw raw;
    std::memcpy(&raw, from + static_cast<std::uint64_t>(j) * stride, sizeof(Raw));
    to[j] = convert(raw);
  }
}

template <class Raw>
float as_float(Raw value) {
  return static_cast<float>(value);
}

void read_row(Element element, const std::uint8_t* from, std::uint64_t stride, Index dim, float* to) {
  switch (element) {
    case Element::kFloat16:
      return convert_row<std::uint16_t, half_to_float>(from, stride, dim, to);
    case Element::kBfloat16:
      return convert_row<std::uint16_t, from_bf16>(from, stride, dim, to);
    case Element::kFloat32:
      return convert_row<float, as_float<float>>(from, stride, dim, to);
    case Element::kFloat64:
      return convert_row<double, as_float<double>>(from, stride, dim, to);
    case Element::kInt8:
      return convert_row<std::int8_t, as_float<std::int8_t>>(from, stride, dim, to);
    case Element::kUint8:
      return convert_row<std::uint8_t, as_float<std::uint8_t>>(from, stride, dim, to);
    case Element::kInt16:
      return convert_row<std::int16_t, as_float<std::int16_t>>(from, stride, dim, to);
    case Element::kUint16:
      return convert_row<std::uint16_t, as_float<std::uint16_t>>(from, stride, dim, to);
    case Element::kInt32:
      return convert_row<std::int32_t, as_float<std::int32_t>>(from, stride, dim, to);
    case Element::kUint32:
      return convert_row<std::uint32_t, as_float<std::uint32_t>>(from, stride, dim, to);
    case Element::kInt64:
      return convert_row<std::int64_t, as_float<std::int64_t>>(from, stride, dim, to);
    case Element::kUint64:
      return convert_row<std::uint64_t, as_float<std::uint64_t>>(from, stride, dim, to);
  }
}

class StridedSource : public RowSource {
 public:
  StridedSource(MappedFile file, Layout layout) : file_(std::move(file)), layout_(std::move(layout)) {}

  Index rows() const override { return layout_.rows; }
  Index dim() const override { return layout_.dim; }
  std::string format() const override { return layout_.format; }
  std::string dtype() const override { return element_name(layout_.element); }

  void read(Index first, MatrixSpan out) override try {
    if (first < 0 || out.rows > layout_.rows - first || out.cols != layout_.dim)
      throw Error(ErrorKind::kInternal, "rows outside the file were asked for", file_.path());
    file_.check_not_truncated();
    for (Index i = 0; i < out.rows; ++i) {
      const std::uint8_t* from = file_.data() + layout_.offset + static_cast<std::uint64_t>(first + i) * layout_.row_stride;
      const std::uint64_t stride = layout_.column_stride;
      float* to = out.row(i);
      read_row(layout_.element, from, stride, out.cols, to);
    }
  } catch (...) {
    rethrow_as_error();
  }

 private:
  MappedFile file_;
  Layout layout_;
};

}  // namespace

std::uint64_t element_size(Element element) { return kElements[static_cast<std::size_t>(element)].size; }

const char* element_name(Element element) { return kElements[static_cast<std::size_t>(element)].name; }

bool is_vector_type(Element element, const OpenOptions& options) { return options.integers || element < Element::kInt16; }

void require_vectors(Element element, const OpenOptions& options, const std::string& path, const std::string& convert) {
  if (is_vector_type(element, options)) return;
  bad_input(std::string("holds ") + element_name(element) + " values: row numbers or labels, not vectors", path, convert);
}

std::unique_ptr<RowSource> make_strided_source(MappedFile file, Layout layout) {
  if (layout.rows <= 0 || layout.dim <= 0)
    bad_input("the file holds no vectors", file.path(), "it needs at least one row and one column");
  const Wide end = Wide(layout.offset) + Wide(layout.rows - 1) * layout.row_stride +
                   Wide(layout.dim - 1) * layout.column_stride + element_size(layout.element);
  if (end > file.size())
    bad_input("the file is truncated: its header promises " + std::to_string(layout.rows) + " x " + std::to_string(layout.dim) +
                  " " + element_name(layout.element) + " values, more than its " + std::to_string(file.size()) + " bytes hold",
              file.path(), "copy or export it again");
  return std::make_unique<StridedSource>(std::move(file), std::move(layout));
}

}  // namespace vec2vec
