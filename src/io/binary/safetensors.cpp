// SPDX-License-Identifier: Apache-2.0
#include "io/binary/safetensors.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/cpu/wide.h"
#include "core/text/ascii.h"
#include "core/text/json.h"
#include "io/binary/strided_source.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using nlohmann::json;
constexpr const char* kMetadata = "__metadata__";
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the limit of the format's own reference reader

/// Bits of a value of each type that the format knows.
const std::map<std::string, unsigned, std::less<>> kBits = {
    {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
    {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
    {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
    {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}};

std::uint64_t header_length(const MappedFile& file) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  return length;
}

[[noreturn]] void malformed(const std::string& what, const MappedFile& file) {
  bad_input("has a malformed safetensors header: " + what, file.path(), "copy or export it again");
}

std::uint64_t whole_number(const json& value, const std::string& name, const MappedFile& file) {
  if (!value.is_number_unsigned())
    malformed("tensor '" + name + "' has " + json_text(value) + " in the place of a whole number", file);
  return value.get<std::uint64_t>();
}

/// What the header says of a tensor.
struct Entry {
  std::string dtype;
  unsigned bits;  ///< of a value
  std::vector<std::uint64_t> shape;
  std::uint64_t begin, end;  ///< from the end of the header on
};

Entry parse_entry(const json& value, const std::string& name, const MappedFile& file) {
  Entry entry;
  entry.dtype = value.at("dtype").get<std::string>();
  const auto type = kBits.find(entry.dtype);
  if (type == kBits.end()) malformed("tensor '" + name + "' has the unknown type " + entry.dtype, file);
  entry.bits = type->second;
  const json &shape = value.at("shape"), &offsets = value.at("data_offsets");
  if (!shape.is_array() || !offsets.is_array() || offsets.size() != 2)
    malformed("tensor '" + name + "' needs a list as its shape, and two offsets", file);
  for (const json& extent : shape) entry.shape.push_back(whole_number(extent, name, file));
  entry.begin = whole_number(offsets[0], name, file);
  entry.end = whole_number(offsets[1], name, file);
  return entry;
}

/// Refuses what the reference reader refuses, and nlohmann's parser does not by itself: deep nesting, a second value for
/// `__metadata__` or for a property of a tensor, and a malformed tensor that another of its name replaces.
class Strict {
 public:
  explicit Strict(const MappedFile& file) : file_(file) {}

  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    constexpr int kDeepest = 127;
    if (depth >= kDeepest) malformed("too deeply nested", file_);
    const bool in_tensor = name_ != kMetadata;
    if (event == json::parse_event_t::object_end && depth == 1 && in_tensor) parse_entry(parsed, name_, file_);
    if (event != json::parse_event_t::key) return true;
    const std::string& key = parsed.get_ref<const std::string&>();
    if (depth == 1) {
      seen_.clear();
      name_ = key;
      if (key == kMetadata && std::exchange(metadata_, true)) malformed("__metadata__ stands there twice", file_);
    } else if (depth == 2 && in_tensor && !seen_.insert(key).second) {
      malformed("'" + key + "' stands twice in a tensor", file_);
    }
    return true;
  }

 private:
  const MappedFile& file_;
  std::string name_;  ///< of the value of the root that is read
  bool metadata_ = false;
  std::set<std::string> seen_;
};

/// The entry as a tensor within the file.
TensorInfo locate(const Entry& entry, const std::string& name, std::uint64_t data_begin, const MappedFile& file) {
  TensorInfo info{.dtype = entry.dtype};
  Wide values = 1;
  for (const std::uint64_t extent : entry.shape) {
    values *= extent;
    if (extent > static_cast<std::uint64_t>(INT64_MAX) || values > UINT64_MAX / entry.bits)
      malformed("tensor '" + name + "' has an impossible shape", file);
    info.shape.push_back(static_cast<Index>(extent));
  }
  if (entry.begin > entry.end || entry.end > file.size() - data_begin)
    bad_input("the file is truncated: tensor '" + name + "' reaches past its end", file.path(), "copy or export it again");
  if (values * entry.bits != Wide(entry.end - entry.begin) * 8)
    bad_input("tensor '" + name + "' has a shape that does not match its bytes", file.path(), "copy or export it again");
  info.begin = data_begin + entry.begin;
  info.end = data_begin + entry.end;
  return info;
}

/// The tensors cover the data behind the header, each byte once.
void check_cover(const SafetensorsHeader& header, std::uint64_t data_begin, const MappedFile& file) {
  std::vector<std::pair<const TensorInfo*, const std::string*>> order;
  for (const auto& [name, info] : header.tensors) order.emplace_back(&info, &name);
  std::sort(order.begin(), order.end(), [](const auto& x, const auto& y) {
    return std::pair(x.first->begin, x.first->end) < std::pair(y.first->begin, y.first->end);
  });
  std::uint64_t at = data_begin;
  for (const auto& [info, name] : order) {
    if (info->begin < at) malformed("tensor '" + *name + "' overlaps another", file);
    if (info->begin > at)
      malformed("a hole of " + std::to_string(info->begin - at) + " bytes before tensor '" + *name + "'", file);
    at = info->end;
  }
  if (at != file.size()) malformed(std::to_string(file.size() - at) + " bytes behind the last tensor", file);
}

}  // namespace

bool looks_like_safetensors(const MappedFile& file) {
  if (file.size() < 10) return false;
  const std::uint64_t length = header_length(file);
  if (length < 2 || length > kLongestHeader) return false;
  const std::string_view text = file.bytes().substr(8, length);
  const auto next = [&](std::size_t from) {  // past white space
    return static_cast<std::size_t>(std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), is_space) -
                                    text.begin());
  };
  const std::size_t open = next(0);
  if (open == text.size() || text[open] != '{') return false;
  const std::size_t first = next(open + 1);
  return first == text.size() || text[first] == '"' || text[first] == '}';
}

SafetensorsHeader read_safetensors_header(const MappedFile& file) {
  if (!looks_like_safetensors(file)) bad_input("is not a safetensors file", file.path());
  const std::uint64_t length = header_length(file);
  if (length > file.size() - 8) bad_input("the safetensors header is truncated", file.path(), "copy or export it again");
  const std::string_view header_bytes = file.bytes().substr(8, length);
  if (header_bytes.find('\0') != header_bytes.npos)
    malformed("zeros where the padding is spaces", file);  // nlohmann's parser would take the first for the end
  SafetensorsHeader header;
  try {
    const json root = json::parse(header_bytes, Strict(file));
    for (const auto& [name, value] : root.items()) {
      if (name != kMetadata) {
        header.tensors[name] = locate(parse_entry(value, name, file), name, 8 + length, file);
        continue;
      }
      if (value.is_null()) continue;
      for (const auto& [key, text] : value.get_ref<const json::object_t&>()) header.metadata[key] = text.get<std::string>();
    }
  } catch (const json::exception& error) {
    malformed(error.what(), file);
  }
  check_cover(header, 8 + length, file);
  return header;
}

Layout safetensors_layout(const MappedFile& file, const OpenOptions& options) {
  static const std::map<std::string, Element, std::less<>> kElements = {
      {"F16", Element::kFloat16}, {"BF16", Element::kBfloat16}, {"F32", Element::kFloat32}, {"F64", Element::kFloat64},
      {"I8", Element::kInt8},     {"U8", Element::kUint8},      {"I16", Element::kInt16},   {"U16", Element::kUint16},
      {"I32", Element::kInt32},   {"U32", Element::kUint32},    {"I64", Element::kInt64},   {"U64", Element::kUint64}};
  const SafetensorsHeader header = read_safetensors_header(file);
  std::string names, chosen = options.tensor;
  int candidates = 0;
  for (const auto& [name, info] : header.tensors)
    if (info.shape.size() == 2) {
      names += (names.empty() ? "" : ", ") + name;
      if (++candidates == 1 && options.tensor.empty()) chosen = name;
    }
  if (options.tensor.empty() && candidates != 1)
    bad_input(candidates == 0 ? "the file holds no 2-d tensor" : "the file holds several 2-d tensors", file.path(),
              candidates == 0 ? "export the vectors as one (rows, dimension) tensor"
                              : "name one of them (`OpenOptions::tensor`): " + names);
  const auto found = header.tensors.find(chosen);
  if (found == header.tensors.end())
    bad_input("holds no tensor named '" + chosen + "'", file.path(), "the 2-d tensors are: " + names);
  const TensorInfo& info = found->second;
  if (info.shape.size() != 2) bad_input("tensor '" + chosen + "' is not 2-d", file.path(), "the 2-d tensors are: " + names);
  const auto element = kElements.find(info.dtype);
  if (element == kElements.end())
    bad_input("tensor '" + chosen + "' has type " + info.dtype, file.path(), "F16, BF16, F32, F64, I8 and U8 are read");
  require_vectors(element->second, options, file.path(), "export them as F32 if they are vectors all the same");
  const std::uint64_t size = element_size(element->second);
  return {.format = "safetensors",
          .element = element->second,
          .rows = info.shape[0],
          .dim = info.shape[1],
          .offset = info.begin,
          .row_stride = static_cast<std::uint64_t>(info.shape[1]) * size,
          .column_stride = size};
}

std::string make_safetensors_header(const std::vector<TensorSpec>& tensors,
                                    const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json root;
  if (!metadata.empty()) root["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorSpec& t : tensors) {
    root[t.name] = {{"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {offset, offset + t.bytes}}};
    offset += t.bytes;
  }
  std::string text = json_text(root);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

}  // namespace vec2vec
