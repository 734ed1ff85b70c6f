#include "io/strided_source.h"

#include <cstring>
#include <utility>

#include "io/half.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

template <class Raw, class Convert>
void convert_row(const std::uint8_t* from, std::uint64_t stride, Index dim, float* to, Convert convert) {
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

class StridedSource : public RowSource {
 public:
  StridedSource(MappedFile file, Layout layout) : file_(std::move(file)), layout_(std::move(layout)) {}

  Index rows() const override { return layout_.rows; }
  Index dim() const override { return layout_.dim; }
  std::string format() const override { return layout_.format; }
  std::string dtype() const override { return element_name(layout_.element); }

  void read(Index first, MatrixSpan out) override {
    if (first < 0 || out.rows > layout_.rows - first || out.cols != layout_.dim)
      throw Error(ErrorKind::kInternal, "rows outside the file were asked for", file_.path());
    file_.check_not_truncated();
    for (Index i = 0; i < out.rows; ++i) {
      const std::uint8_t* from = file_.data() + layout_.offset + static_cast<std::uint64_t>(first + i) * layout_.row_stride;
      const std::uint64_t stride = layout_.column_stride;
      float* to = out.row(i);
      switch (layout_.element) {
        case Element::kFloat16:
          convert_row<std::uint16_t>(from, stride, out.cols, to, half_to_float);
          break;
        case Element::kBfloat16:
          convert_row<std::uint16_t>(from, stride, out.cols, to, bfloat_to_float);
          break;
        case Element::kFloat32:
          convert_row<float>(from, stride, out.cols, to, [](float v) { return v; });
          break;
        case Element::kFloat64:
          convert_row<double>(from, stride, out.cols, to, [](double v) { return static_cast<float>(v); });
          break;
        case Element::kUint8:
          convert_row<std::uint8_t>(from, stride, out.cols, to, [](std::uint8_t v) { return static_cast<float>(v); });
          break;
      }
    }
  }

 private:
  MappedFile file_;
  Layout layout_;
};

}  // namespace

std::uint64_t element_size(Element element) {
  switch (element) {
    case Element::kUint8:
      return 1;
    case Element::kFloat16:
    case Element::kBfloat16:
      return 2;
    case Element::kFloat32:
      return 4;
    case Element::kFloat64:
      return 8;
  }
  return 0;
}

const char* element_name(Element element) {
  switch (element) {
    case Element::kUint8:
      return "uint8";
    case Element::kFloat16:
      return "float16";
    case Element::kBfloat16:
      return "bfloat16";
    case Element::kFloat32:
      return "float32";
    case Element::kFloat64:
      return "float64";
  }
  return "";
}

std::unique_ptr<RowSource> make_strided_source(MappedFile file, Layout layout) {
  if (layout.rows <= 0 || layout.dim <= 0)
    bad_input("the file holds no vectors", file.path(), "it needs at least one row and one column");
  __extension__ using Wide = unsigned __int128;
  const Wide end = Wide(layout.offset) + Wide(layout.rows - 1) * layout.row_stride +
                   Wide(layout.dim - 1) * layout.column_stride + element_size(layout.element);
  if (end > file.size())
    bad_input("the file is truncated: its header promises " + std::to_string(layout.rows) + " x " + std::to_string(layout.dim) +
                  " " + element_name(layout.element) + " values, more than its " + std::to_string(file.size()) + " bytes hold",
              file.path(), "copy or export it again");
  return std::make_unique<StridedSource>(std::move(file), std::move(layout));
}

}  // namespace vec2vec
