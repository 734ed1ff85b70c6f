// SPDX-License-Identifier: Apache-2.0
#include "io/binary/npy.h"

#include <algorithm>
#include <limits>

#include "core/cpu/wide.h"
#include "io/foreign.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr const char* kCopyAgain = "copy or export it again";

struct NamedElement {
  const char* type;
  Element element;
};

/// numpy has no bfloat16 of its own: that of ml_dtypes is written as two bytes of anything.
constexpr NamedElement kTypes[] = {{"<f2", Element::kFloat16},  {"<f4", Element::kFloat32},  {"<f8", Element::kFloat64},
                                   {"<V2", Element::kBfloat16}, {"|V2", Element::kBfloat16}, {"|i1", Element::kInt8},
                                   {"|u1", Element::kUint8},    {"<i2", Element::kInt16},    {"<u2", Element::kUint16},
                                   {"<i4", Element::kInt32},    {"<u4", Element::kUint32},   {"<i8", Element::kInt64},
                                   {"<u8", Element::kUint64}};

/// The text behind 'key': in the header's Python dictionary.
std::string_view value_of(std::string_view header, std::string_view key, const std::string& path) {
  const std::size_t at = header.find("'" + std::string(key) + "'");
  const std::size_t colon = at == std::string_view::npos ? at : header.find(':', at);
  if (colon == std::string_view::npos)
    bad_input("has a header without '" + std::string(key) + "'", path, "write it with numpy.save");
  std::string_view rest = header.substr(colon + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

Index parse_count(std::string_view& text, const std::string& path) {
  Index value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (value > (std::numeric_limits<Index>::max() - 9) / 10) bad_input("has a header with an impossible shape", path);
    value = value * 10 + (text[digits++] - '0');
  }
  if (digits == 0) bad_input("has a header with a malformed shape", path);
  text.remove_prefix(digits);
  text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  return value;
}

[[noreturn]] void refuse_type(const NpyHeader& header, const NpyOrigin& origin) {
  const std::string where = origin.where();
  const auto saves = [&](const std::string& value, const char* imports = "") {
    return numpy_command(origin.path, value, imports);
  };
  if (header.type.empty())
    bad_input("holds an array of records, not of numbers", where,
              "save the field that holds the vectors: numpy.save(OUT, numpy.load(IN)['NAME'])");
  if (header.type == "|O")
    bad_input("holds an array of Python objects (|O), not of numbers", where,
              saves("numpy.stack(" + origin.load("allow_pickle=True") + ").astype('<f4')") +
                  ", if you trust the file: pickles can run any program");
  const std::string what = "holds values of type " + header.type + ", which are not read", kind = header.type.substr(1, 1);
  if (kind == "U")
    bad_input(what, where,
              saves("numpy.array([v.strip('[]').split(',') for v in " + origin.load() + ".ravel()]).astype('<f4')") +
                  ", if they are vectors as text, such as [0.1, 0.2]");
  if (header.type.ends_with("V1"))
    bad_input(what, where,
              saves(origin.load() + ".view(ml_dtypes.float8_e4m3fn).astype('<f4')", "ml_dtypes") +
                  ", if they are of this type of 8 bits");
  if (kind == "V" || kind == "S" || kind == "c") bad_input(what, where, "save real numbers: array.astype('<f4')");
  bad_input(what, where, saves(origin.load() + ".astype('<f4')"));  // another byte order, 16 bytes, truth values
}

/// How many npy files follow one another in bytes; 0 when it is not only those.
std::size_t count_arrays(std::string_view bytes, const NpyOrigin& origin) try {
  std::size_t count = 0;
  for (; !bytes.empty(); ++count) {
    const NpyHeader header = read_npy_header(bytes, origin);
    if (!header.element()) return 0;
    Wide size = element_size(*header.element());
    for (const Index extent : header.shape)
      if ((size *= static_cast<std::uint64_t>(extent)) > bytes.size()) return 0;
    if (size > bytes.size() - header.data) return 0;
    bytes.remove_prefix(header.data + static_cast<std::size_t>(size));
  }
  return count;
} catch (const Error&) {
  return 0;
}

void check_length(const Layout& layout, std::string_view bytes, const NpyOrigin& origin) {
  const auto truncated = [&] {
    bad_input("the file is truncated: its header promises more values than it holds", origin.where(), kCopyAgain);
  };
  if (layout.rows == 0 || layout.dim == 0) return;  // an error of make_strided_source
  if (static_cast<std::uint64_t>(std::max(layout.rows, layout.dim)) > bytes.size()) truncated();
  const Wide needed = Wide(static_cast<std::uint64_t>(layout.rows)) * static_cast<std::uint64_t>(layout.dim) *
                      element_size(layout.element),
             there = bytes.size() - layout.offset;
  if (needed == there) return;
  if (needed > there) truncated();
  if (const std::size_t arrays = count_arrays(bytes, origin); arrays > 1 && origin.member.empty())
    bad_input("holds " + std::to_string(arrays) + " arrays, one after another", origin.where(),
              numpy_command(origin.path, "numpy.concatenate([numpy.load(f) for f in [open(path, 'rb')] for _ in range(" +
                                             std::to_string(arrays) + ")])") +
                  " joins their rows");
  bad_input(std::to_string(static_cast<std::uint64_t>(there - needed)) + " bytes follow the array", origin.where(),
            numpy_command(origin.path, origin.load()) + " leaves them out");
}

}  // namespace

std::string NpyOrigin::load(const std::string& arguments) const {
  const std::string loaded = "numpy.load(path" + (arguments.empty() ? "" : ", " + arguments) + ")";
  if (member.empty()) return loaded;
  const bool plain = member.find_first_of("'\"\\$`!\n") == std::string::npos;
  return loaded + "['" + (plain ? member : "NAME") + "']";
}

std::optional<Element> NpyHeader::element() const {
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& known) { return known.type == type; });
  if (found == std::end(kTypes)) return {};
  return found->element;
}

std::string NpyHeader::summary() const {
  std::string text = element() ? element_name(*element()) : type.empty() ? "records" : type;
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? ", " : " x ") + std::to_string(shape[i]);
  return text;
}

std::string make_npy_header(std::string_view type, const std::vector<Index>& shape) {
  std::string sizes;
  for (std::size_t i = 0; i < shape.size(); ++i) sizes += (i ? ", " : "") + std::to_string(shape[i]);
  if (shape.size() == 1) sizes += ",";
  std::string text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
  constexpr std::size_t kPrefix = 10, kAlign = 64;  // magic, version and length; where the values begin
  text.resize((kPrefix + text.size() + 1 + kAlign - 1) / kAlign * kAlign - kPrefix - 1, ' ');
  text += '\n';
  std::string header = std::string(kMagic) + std::string("\x01\x00", 2);
  header += static_cast<char>(text.size() & 255);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

NpyHeader read_npy_header(std::string_view bytes, const NpyOrigin& origin) {
  const std::string path = origin.where();
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])); };
  if (!bytes.starts_with(kMagic)) bad_input("is no npy file", path, kCopyAgain);
  if (bytes.size() < 12) bad_input("the npy header is truncated", path, kCopyAgain);
  if (byte(6) < 1 || byte(6) > 3)
    bad_input("is an npy file of version " + std::to_string(byte(6)) + ", which is not known", path,
              "write it with numpy.save");
  const bool first = byte(6) == 1;
  const std::uint64_t prefix = first ? 10 : 12, length = byte(8) | byte(9) << 8 | (first ? 0 : byte(10) << 16 | byte(11) << 24);
  if (length > bytes.size() - prefix) bad_input("the npy header is truncated", path, kCopyAgain);
  const std::string_view text = bytes.substr(prefix, length);

  NpyHeader header{.data = prefix + length};
  const std::string_view descr = value_of(text, "descr", path);
  if (!descr.empty() && (descr[0] == '\'' || descr[0] == '"')) {
    const std::size_t end = descr.find(descr[0], 1);
    if (end == std::string_view::npos || end < 2)
      bad_input("has a header with a malformed type", path, "write it with numpy.save");
    header.type = descr.substr(1, end - 1);
  }
  std::string_view shape = value_of(text, "shape", path);
  if (!shape.starts_with('(')) bad_input("has a header with a malformed shape", path, "write it with numpy.save");
  for (shape.remove_prefix(1); !shape.empty() && shape[0] != ')';) header.shape.push_back(parse_count(shape, path));
  header.fortran = value_of(text, "fortran_order", path).starts_with("True");
  return header;
}

Layout npy_layout_of(std::string_view bytes, const OpenOptions& options, const NpyOrigin& origin) {
  const NpyHeader header = read_npy_header(bytes, origin);
  const std::optional<Element> element = header.element();
  if (!element) refuse_type(header, origin);
  require_vectors(*element, options, origin.where(),
                  numpy_command(origin.path, origin.load() + ".astype('<f4')") + ", if they are vectors all the same");
  if (const std::size_t dims = header.shape.size(); dims != 2) {
    const std::string rows = dims < 2 ? "1" : std::to_string(header.shape[0]);
    bad_input(
        "the npy array has " + std::to_string(dims) + (dims == 1 ? " dimension" : " dimensions") + ", not 2: (rows, dimension)",
        origin.where(), numpy_command(origin.path, origin.load() + ".reshape(" + rows + ", -1)"));
  }
  Layout layout{.format = "npy", .element = *element, .rows = header.shape[0], .dim = header.shape[1], .offset = header.data};
  check_length(layout, bytes, origin);
  const std::uint64_t size = element_size(layout.element), rows = static_cast<std::uint64_t>(layout.rows),
                      dim = static_cast<std::uint64_t>(layout.dim);
  layout.row_stride = header.fortran ? size : dim * size;
  layout.column_stride = header.fortran ? rows * size : size;
  return layout;
}

bool looks_like_npy(const MappedFile& file) { return file.bytes().starts_with(kMagic); }

Layout npy_layout(const MappedFile& file, const OpenOptions& options) {
  return npy_layout_of(file.bytes(), options, {file.path()});
}

}  // namespace vec2vec
