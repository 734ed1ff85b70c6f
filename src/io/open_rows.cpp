// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/boundary.h"
#include "io/binary/npz.h"
#include "io/binary/safetensors.h"
#include "io/binary/strided_source.h"
#include "io/file/zip.h"
#include "io/foreign.h"
#include "io/json/source.h"
#include "io/table/source.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

using Layouts = Layout (*)(const MappedFile&, const OpenOptions&);

/// A format whose rows lie in the file as they are.
template <Layouts layout>
std::unique_ptr<RowSource> strided(MappedFile file, const OpenOptions& options) {
  Layout found = layout(file, options);
  return make_strided_source(std::move(file), std::move(found));
}

/// What a format has several of, told apart by name.
enum class Names { kNone, kTensors, kFields };

struct Format {
  bool (*is)(const MappedFile&);
  Names names;
  std::unique_ptr<RowSource> (*open)(MappedFile, const OpenOptions&);
};

/// In the order in which they are tried: magic bytes first, then what is told from the shape of the content.
constexpr Format kFormats[] = {
    {looks_like_npy, Names::kNone, strided<npy_layout>},
    {looks_like_zip, Names::kTensors, open_npz},
    {looks_like_json,  // before safetensors, which has zeros in its first eight bytes
     Names::kFields,
     [](MappedFile file, const OpenOptions& options) -> std::unique_ptr<RowSource> {
       return std::make_unique<JsonSource>(std::move(file), options.field);
     }},
    {looks_like_safetensors, Names::kTensors, strided<safetensors_layout>},
    {looks_like_fbin, Names::kNone, strided<fbin_layout>},  // before text, which a damaged header may look like
    {looks_like_text, Names::kFields,
     [](MappedFile file, const OpenOptions& options) { return make_text_source(std::move(file), options.field); }},
    {looks_like_vecs, Names::kNone, strided<vecs_layout>},
};

/// Refuses the name of a tensor or a field that this format cannot have: it was meant for another file. Of two names one may
/// be for another format.
void refuse_useless_names(const MappedFile& file, Names names, const OpenOptions& options) {
  const bool tensor = !options.tensor.empty(), field = !options.field.empty();
  if ((tensor && names == Names::kTensors) || (field && names == Names::kFields)) return;
  if (tensor) bad_input("is of a format that has no named tensors", file.path(), "the same without `OpenOptions::tensor`");
  if (field) bad_input("is of a format that has no named fields", file.path(), "the same without `OpenOptions::field`");
}

}  // namespace

void OpenOptions::validate() const { CheckOptions("OpenOptions").at_least(0, raw_dim, "raw_dim"); }

std::unique_ptr<RowSource> open_rows(const std::string& path, const OpenOptions& options) try {
  options.validate();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    bad_input("is a folder", path,
              "name a file; folders of Parquet and Arrow files are read by the Python package: `vec2vec_cpp.stores`");
  MappedFile file(path);
  if (options.raw_dim > 0) {
    if (looks_like_npy(file) || looks_like_zip(file) || looks_like_safetensors(file))  // first bytes that no vector has
      bad_input("has a header of its own: is no headerless float32", path, "the same without `OpenOptions::raw_dim`");
    refuse_useless_names(file, Names::kNone, options);
    return strided<raw_layout>(std::move(file), options);
  }
  for (const Format& format : kFormats)
    if (format.is(file)) {
      refuse_useless_names(file, format.names, options);
      return format.open(std::move(file), options);
    }
  refuse_foreign(file);
} catch (...) {
  rethrow_as_error();
}

std::vector<std::string> list_tensors(const std::string& path) try {
  const MappedFile file(path);
  std::vector<std::string> names;
  if (looks_like_zip(file)) names = npz_matrices(file);
  if (looks_like_safetensors(file))
    for (const auto& [name, info] : read_safetensors_header(file).tensors)
      if (info.shape.size() == 2) names.push_back(name);
  std::sort(names.begin(), names.end(),
            [](const std::string& x, const std::string& y) { return ::strverscmp(x.c_str(), y.c_str()) < 0; });
  return names;
} catch (...) {
  rethrow_as_error();
}

Matrix read_all(RowSource& source) try {
  Matrix all(source.rows(), source.dim());
  constexpr Index kBlock = 4096;
  for (Index begin = 0; begin < all.rows(); begin += kBlock)
    source.read(begin, all.span().middle_rows(begin, std::min(kBlock, all.rows() - begin)));
  return all;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
