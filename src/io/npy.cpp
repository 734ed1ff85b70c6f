#include <cstring>
#include <string_view>

#include "io/strided_source.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);

/// The text behind 'key': in the header's Python dictionary.
std::string_view value_of(std::string_view header, std::string_view key, const std::string& path) {
  const std::size_t at = header.find("'" + std::string(key) + "'");
  const std::size_t colon = at == std::string_view::npos ? at : header.find(':', at);
  if (colon == std::string_view::npos)
    bad_input("npy header without '" + std::string(key) + "'", path, "write it with numpy.save");
  std::string_view rest = header.substr(colon + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

Index parse_count(std::string_view& text, const std::string& path) {
  Index value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (value > (INT64_MAX - 9) / 10) bad_input("npy header with an impossible shape", path);
    value = value * 10 + (text[digits++] - '0');
  }
  if (digits == 0) bad_input("npy header with a malformed shape", path);
  text.remove_prefix(digits);
  text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  return value;
}

}  // namespace

bool looks_like_npy(const MappedFile& file) {
  return file.size() >= kMagic.size() && std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0;
}

Layout npy_layout(const MappedFile& file) {
  const std::string& path = file.path();
  const std::uint8_t* bytes = file.data();
  if (file.size() < 12) bad_input("the npy header is truncated", path, "copy or export it again");
  const int major = bytes[6];
  if (major < 1 || major > 3)
    bad_input("npy version " + std::to_string(major) + " is not known", path, "write it with numpy.save");
  const std::uint64_t prefix = major == 1 ? 10 : 12;
  const std::uint64_t length = major == 1
                                   ? bytes[8] | bytes[9] << 8
                                   : bytes[8] | bytes[9] << 8 | bytes[10] << 16 | static_cast<std::uint64_t>(bytes[11]) << 24;
  if (length > file.size() - prefix) bad_input("the npy header is truncated", path, "copy or export it again");
  const std::string_view header(reinterpret_cast<const char*>(bytes + prefix), length);

  Layout layout{.format = "npy"};
  const std::string_view descr = value_of(header, "descr", path);
  if (descr.size() < 4 || (descr[0] != '\'' && descr[0] != '"'))
    bad_input("npy files of records are not vectors", path, "save a 2-d float array");
  const std::string type(descr.substr(1, 3));
  if (type == "<f2")
    layout.element = Element::kFloat16;
  else if (type == "<f4")
    layout.element = Element::kFloat32;
  else if (type == "<f8")
    layout.element = Element::kFloat64;
  else if (type == "|u1")
    layout.element = Element::kUint8;
  else
    bad_input("npy values of type '" + type + "' are not read", path, "convert with numpy: array.astype('<f4')");

  std::string_view shape = value_of(header, "shape", path);
  if (shape.empty() || shape[0] != '(') bad_input("npy header with a malformed shape", path);
  shape.remove_prefix(1);
  Index extent[2] = {0, 0};
  int dims = 0;
  while (!shape.empty() && shape[0] != ')') {
    if (dims == 2) bad_input("the npy array has more than 2 dimensions", path, "reshape it to (rows, dimension)");
    extent[dims++] = parse_count(shape, path);
  }
  if (dims != 2)
    bad_input("the npy array has " + std::to_string(dims) + " dimensions, not 2", path, "reshape it to (rows, dimension)");
  layout.rows = extent[0];
  layout.dim = extent[1];
  layout.offset = prefix + length;
  const bool fortran = value_of(header, "fortran_order", path).starts_with("True");
  const std::uint64_t size = element_size(layout.element);
  // A product past 2^64 is caught in make_strided_source, which checks the end of the data in 128 bits: here only the strides
  // count.
  if (static_cast<std::uint64_t>(fortran ? layout.rows : layout.dim) > file.size())
    bad_input("the file is truncated: its header promises more values than it holds", path, "copy or export it again");
  layout.row_stride = fortran ? size : static_cast<std::uint64_t>(layout.dim) * size;
  layout.column_stride = fortran ? static_cast<std::uint64_t>(layout.rows) * size : size;
  return layout;
}

}  // namespace vec2vec
