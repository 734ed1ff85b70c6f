#include "io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "io/strided_source.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using nlohmann::json;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the limit of the format's own reference reader

std::uint64_t header_length(const MappedFile& file) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  return length;
}

TensorInfo parse_tensor(const json& value, const std::string& name, std::uint64_t data_begin, const MappedFile& file) {
  TensorInfo info;
  info.dtype = value.at("dtype").get<std::string>();
  for (const auto& extent : value.at("shape")) {
    const auto count = extent.get<std::uint64_t>();
    if (count > static_cast<std::uint64_t>(INT64_MAX)) bad_input("tensor '" + name + "' has an impossible shape", file.path());
    info.shape.push_back(static_cast<Index>(count));
  }
  const auto begin = value.at("data_offsets").at(0).get<std::uint64_t>(),
             end = value.at("data_offsets").at(1).get<std::uint64_t>();
  if (begin > end || end > file.size() - data_begin)
    bad_input("the file is truncated: tensor '" + name + "' reaches past its end", file.path(), "copy or export it again");
  info.begin = data_begin + begin;
  info.end = data_begin + end;
  return info;
}

}  // namespace

bool looks_like_safetensors(const MappedFile& file) {
  if (file.size() < 10) return false;
  const std::uint64_t length = header_length(file);
  return length >= 2 && length <= kLongestHeader && file.data()[8] == '{';
}

SafetensorsHeader read_safetensors_header(const MappedFile& file) {
  if (!looks_like_safetensors(file)) bad_input("not a safetensors file", file.path());
  const std::uint64_t length = header_length(file);
  if (length > file.size() - 8) bad_input("the safetensors header is truncated", file.path(), "copy or export it again");
  SafetensorsHeader header;
  try {
    const json root = json::parse(file.data() + 8, file.data() + 8 + length);
    for (const auto& [name, value] : root.items()) {
      if (name != "__metadata__") {
        header.tensors[name] = parse_tensor(value, name, 8 + length, file);
        continue;
      }
      for (const auto& [key, text] : value.items()) header.metadata[key] = text.get<std::string>();
    }
  } catch (const json::exception& error) {
    bad_input(std::string("malformed safetensors header: ") + error.what(), file.path());
  }
  return header;
}

std::vector<std::string> list_tensors(const std::string& path) {
  const MappedFile file(path);
  std::vector<std::string> names;
  if (!looks_like_safetensors(file)) return names;
  for (const auto& [name, info] : read_safetensors_header(file).tensors)
    if (info.shape.size() == 2) names.push_back(name);
  std::sort(names.begin(), names.end(),
            [](const std::string& x, const std::string& y) { return ::strverscmp(x.c_str(), y.c_str()) < 0; });
  return names;
}

Layout safetensors_layout(const MappedFile& file, const std::string& tensor) {
  const SafetensorsHeader header = read_safetensors_header(file);
  std::string names, chosen = tensor;
  int candidates = 0;
  for (const auto& [name, info] : header.tensors)
    if (info.shape.size() == 2) {
      names += (names.empty() ? "" : ", ") + name;
      if (++candidates == 1 && tensor.empty()) chosen = name;
    }
  if (tensor.empty() && candidates != 1)
    bad_input(candidates == 0 ? "the file holds no 2-d tensor" : "the file holds several 2-d tensors", file.path(),
              candidates == 0 ? "export the vectors as one (rows, dimension) tensor" : "name one of them: " + names);
  const auto found = header.tensors.find(chosen);
  if (found == header.tensors.end())
    bad_input("no tensor named '" + chosen + "'", file.path(), "the 2-d tensors are: " + names);
  const TensorInfo& info = found->second;
  if (info.shape.size() != 2) bad_input("tensor '" + chosen + "' is not 2-d", file.path(), "the 2-d tensors are: " + names);

  Layout layout{.format = "safetensors"};
  if (info.dtype == "F16")
    layout.element = Element::kFloat16;
  else if (info.dtype == "BF16")
    layout.element = Element::kBfloat16;
  else if (info.dtype == "F32")
    layout.element = Element::kFloat32;
  else if (info.dtype == "F64")
    layout.element = Element::kFloat64;
  else
    bad_input("tensor '" + chosen + "' has type " + info.dtype, file.path(), "F16, BF16, F32 and F64 are read");
  layout.rows = info.shape[0];
  layout.dim = info.shape[1];
  layout.offset = info.begin;
  layout.column_stride = element_size(layout.element);
  __extension__ using Wide = unsigned __int128;
  if (Wide(layout.rows) * static_cast<std::uint64_t>(layout.dim) * layout.column_stride != info.end - info.begin)
    bad_input("tensor '" + chosen + "' has a shape that does not match its bytes", file.path());
  layout.row_stride = static_cast<std::uint64_t>(layout.dim) * layout.column_stride;
  return layout;
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
  std::string text = root.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

}  // namespace vec2vec
