// SPDX-License-Identifier: Apache-2.0
#include "io/binary/npz.h"

#include <algorithm>
#include <optional>

#include "io/binary/npy.h"
#include "io/file/zip.h"
#include "io/foreign.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr std::string_view kEnding = ".npy";

struct Array {
  std::string name = {};
  ZipEntry entry;
  std::string summary = {};  ///< of the array, for errors
  std::size_t dims = 0;
  bool read = false;  ///< whether its type is

  bool vectors() const { return read && dims == 2; }
};

Array read_array(const MappedFile& file, const ZipEntry& entry, const OpenOptions& options) {
  constexpr std::uint64_t kLongestHeader = 1u << 16;  // numpy's own are a few hundred bytes
  const std::vector<std::uint8_t> start = unpack(file, entry, kLongestHeader);
  Array array{.name = entry.name.substr(0, entry.name.size() - kEnding.size()), .entry = entry};
  const NpyHeader header =
      read_npy_header({reinterpret_cast<const char*>(start.data()), start.size()}, {file.path(), array.name});
  array.summary = header.summary();
  array.dims = header.shape.size();
  array.read = header.element() && is_vector_type(*header.element(), options);
  return array;
}

/// All arrays of the archive, in its order.
std::vector<Array> arrays_of(const MappedFile& file, const OpenOptions& options) {
  std::vector<Array> arrays;
  const std::vector<ZipEntry> entries = zip_entries(file);
  for (const ZipEntry& entry : entries)
    if (entry.name.ends_with(kEnding)) arrays.push_back(read_array(file, entry, options));
  if (!arrays.empty()) return arrays;
  for (const ZipEntry& entry : entries)
    if (entry.name == "data.pkl" || entry.name.ends_with("/data.pkl")) {
      const std::vector<std::uint8_t> start = unpack(file, entry, 4096);
      const std::string_view pickle(reinterpret_cast<const char*>(start.data()), start.size());
      bad_input("is a PyTorch file, which is not read", file.path(), torch_way(file.path(), pickle));
    }
  for (const ZipEntry& entry : entries)
    if (entry.name == "xl/workbook.xml" || entry.name == "content.xml")
      bad_input("is a workbook of Excel or LibreOffice, which is not read", file.path(),
                "save its sheet as CSV (UTF-8) in that program");
  if (entries.empty()) bad_input("the archive holds no arrays", file.path(), "write it with numpy.savez");
  bad_input("is a zip archive without arrays of numpy: " + entries[0].name + (entries.size() > 1 ? " ..." : ""), file.path(),
            "`python3 -m zipfile -e " + shell_quoted(file.path()) + " " + shell_quoted(file.path() + ".unpacked") +
                "` unpacks it into a folder");
}

/// Names and shapes of the first arrays.
std::string list_of(const std::vector<Array>& arrays, bool vectors_only) {
  constexpr int kMost = 12;
  std::string list;
  int count = 0;
  for (const Array& array : arrays)
    if ((array.vectors() || !vectors_only) && ++count <= kMost)
      list += (count == 1 ? "" : ", ") + array.name + " (" + array.summary + ")";
  return count > kMost ? list + " and " + std::to_string(count - kMost) + " more" : list;
}

const Array& choose(const std::vector<Array>& arrays, const std::string& name, const std::string& path) {
  if (!name.empty()) {
    const auto found = std::find_if(arrays.begin(), arrays.end(), [&](const Array& array) { return array.name == name; });
    if (found == arrays.end())
      bad_input("holds no array named '" + name + "'", path, "the arrays are: " + list_of(arrays, false));
    return *found;
  }
  if (arrays.size() == 1) return arrays[0];    // whatever it is: reading it says what is wrong
  for (const bool any_type : {false, true}) {  // then of the types that are not read either
    const auto is = [&](const Array& array) { return array.vectors() || (any_type && array.dims == 2); };
    const auto candidates = std::count_if(arrays.begin(), arrays.end(), is);
    if (candidates == 1) return *std::find_if(arrays.begin(), arrays.end(), is);
    if (candidates > 1 && !any_type)
      bad_input("the file holds several 2-d arrays", path,
                "name one of them (`OpenOptions::tensor`): " + list_of(arrays, true));
  }
  const auto has = [&](std::string_view wanted) {
    return std::any_of(arrays.begin(), arrays.end(), [&](const Array& array) { return array.name == wanted; });
  };
  if (has("indices") && has("indptr") && has("data"))
    bad_input("holds a sparse matrix of scipy, which is not read", path,
              numpy_command(path, "scipy.sparse.load_npz(path).toarray()", "scipy.sparse"));
  if (std::all_of(arrays.begin(), arrays.end(),
                  [&](const Array& array) { return array.read && array.dims == 1 && array.summary == arrays[0].summary; }))
    bad_input("holds " + std::to_string(arrays.size()) + " arrays of one vector each", path,
              numpy_command(path, "numpy.stack(list(numpy.load(path).values()))") + " makes one array of them");
  bad_input("the file holds no 2-d array of numbers", path, "its arrays are: " + list_of(arrays, false));
}

}  // namespace

std::unique_ptr<RowSource> open_npz(MappedFile file, const OpenOptions& options) {
  const std::vector<Array> arrays = arrays_of(file, options);
  const Array& array = choose(arrays, options.tensor, file.path());
  const NpyOrigin origin{file.path(), array.name};
  const auto source = [&](MappedFile holder, std::uint64_t begin) {
    Layout layout = npy_layout_of(holder.bytes().substr(begin, array.entry.size), options, origin);
    layout.format = "npz";
    layout.offset += begin;
    return make_strided_source(std::move(holder), std::move(layout));
  };
  if (!array.entry.deflated) return source(std::move(file), array.entry.begin);
  return source(MappedFile::of_bytes(unpack(file, array.entry, array.entry.size), origin.where()), 0);
}

std::vector<std::string> npz_matrices(const MappedFile& file) {
  std::vector<std::string> names;
  for (const Array& array : arrays_of(file, {}))
    if (array.vectors()) names.push_back(array.name);
  return names;
}

}  // namespace vec2vec
