// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "io/binary/strided_source.h"
#include "io/doubles.h"
#include "io/row_numbers.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// True when the file is a whole number of records of `record` bytes, each (of up to 1,000 looked at) with the same dimension.
bool records_fit(const MappedFile& file, std::uint64_t record) {
  if (file.size() % record != 0) return false;
  const std::uint64_t count = file.size() / record, step = std::max<std::uint64_t>(1, count / 1000);
  for (std::uint64_t i = 0; i < count; i += step)
    if (file.word_at(i * record) != file.word_at(0)) return false;
  return true;
}

std::uint64_t record_size(const MappedFile& file, std::uint64_t element) {
  if (file.size() < 5) return 0;
  const std::uint32_t dim = file.word_at(0);
  if (dim == 0 || dim > 1'000'000) return 0;
  const std::uint64_t record = 4 + dim * element;
  return record <= file.size() && records_fit(file, record) ? record : 0;
}

/// True for the endings of the format, with a dimension that vectors have: a file that is cut short is still named.
bool has_name_of_vecs(const MappedFile& file) {
  const std::string& path = file.path();
  const bool named = path.ends_with(".fvecs") || path.ends_with(".bvecs") || path.ends_with(".ivecs");
  return named && file.size() > 4 && file.word_at(0) > 0 && file.word_at(0) <= 65536;
}

[[noreturn]] void refuse_cut(const MappedFile& file) {
  const std::uint64_t element = file.path().ends_with(".bvecs") ? 1 : 4, record = 4 + file.word_at(0) * element;
  bad_input("is cut short or damaged: its " + std::to_string(file.size()) + " bytes are not records of " +
                std::to_string(record) + " bytes, each the dimension " + std::to_string(file.word_at(0)) +
                " and as many values",
            file.path(), "copy it again");
}

}  // namespace

bool looks_like_vecs(const MappedFile& file) {
  return record_size(file, 4) != 0 || record_size(file, 1) != 0 || has_name_of_vecs(file);
}

Layout vecs_layout(const MappedFile& file, const OpenOptions&) {
  const bool floats = record_size(file, 4) != 0;
  const std::uint64_t record = floats ? record_size(file, 4) : record_size(file, 1);
  if (record == 0) refuse_cut(file);
  const Layout layout{.format = floats ? "fvecs" : "bvecs",
                      .element = floats ? Element::kFloat32 : Element::kUint8,
                      .rows = static_cast<Index>(file.size() / record),
                      .dim = static_cast<Index>(file.word_at(0)),
                      .offset = 4,
                      .row_stride = record,
                      .column_stride = floats ? 4u : 1u};
  if (floats && (file.path().ends_with(".ivecs") || holds_row_numbers(file, layout))) refuse_row_numbers(file, "an ivecs");
  return layout;
}

Layout raw_layout(const MappedFile& file, const OpenOptions& options) {
  const Index dim = options.raw_dim;
  const std::uint64_t row = static_cast<std::uint64_t>(dim) * 4;
  if (dim <= 0 || dim > 1'000'000) bad_input("a raw file needs a dimension from 1 to 1,000,000", file.path());
  if (file.size() % row != 0)
    bad_input("the file's " + std::to_string(file.size()) + " bytes are no whole number of rows of " + std::to_string(dim) +
                  " float32 values",
              file.path(), "check the dimension given");
  if (are_doubles(file.data(), file.size()))
    bad_input("holds float64, and headerless files are read as float32", file.path(),
              "convert it: in numpy, numpy.fromfile(name, 'f8').astype('f4').tofile(new_name)");
  return {.format = "raw",
          .element = Element::kFloat32,
          .rows = static_cast<Index>(file.size() / row),
          .dim = dim,
          .offset = 0,
          .row_stride = row,
          .column_stride = 4};
}

}  // namespace vec2vec
