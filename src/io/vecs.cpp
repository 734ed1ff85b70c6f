#include <algorithm>
#include <cstring>

#include "io/strided_source.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

std::int32_t dimension_at(const MappedFile& file, std::uint64_t offset) {
  std::int32_t value = 0;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

/// True when the file is a whole number of records of `record` bytes, each (of up to 1,000 looked at) with the same dimension.
bool records_fit(const MappedFile& file, std::uint64_t record) {
  const std::int32_t dim = dimension_at(file, 0);
  if (file.size() % record != 0) return false;
  const std::uint64_t count = file.size() / record, step = std::max<std::uint64_t>(1, count / 1000);
  for (std::uint64_t i = 0; i < count; i += step)
    if (dimension_at(file, i * record) != dim) return false;
  return true;
}

std::uint64_t record_size(const MappedFile& file, std::uint64_t element) {
  if (file.size() < 5) return 0;
  const std::int32_t dim = dimension_at(file, 0);
  if (dim <= 0 || dim > 1'000'000) return 0;
  const std::uint64_t record = 4 + static_cast<std::uint64_t>(dim) * element;
  return record <= file.size() && records_fit(file, record) ? record : 0;
}

}  // namespace

bool looks_like_vecs(const MappedFile& file) { return record_size(file, 4) != 0 || record_size(file, 1) != 0; }

Layout vecs_layout(const MappedFile& file) {
  const bool floats = record_size(file, 4) != 0;
  const std::uint64_t record = floats ? record_size(file, 4) : record_size(file, 1);
  if (record == 0) bad_input("not an fvecs or bvecs file", file.path());
  return {.format = floats ? "fvecs" : "bvecs",
          .element = floats ? Element::kFloat32 : Element::kUint8,
          .rows = static_cast<Index>(file.size() / record),
          .dim = dimension_at(file, 0),
          .offset = 4,
          .row_stride = record,
          .column_stride = floats ? 4u : 1u};
}

Layout raw_layout(const MappedFile& file, Index dim) {
  const std::uint64_t row = static_cast<std::uint64_t>(dim) * 4;
  if (dim <= 0 || dim > 1'000'000) bad_input("a raw file needs a dimension from 1 to 1,000,000", file.path());
  if (file.size() % row != 0)
    bad_input("the file's " + std::to_string(file.size()) + " bytes are no whole number of rows of " + std::to_string(dim) +
                  " float32 values",
              file.path(), "check the dimension given");
  return {.format = "raw",
          .element = Element::kFloat32,
          .rows = static_cast<Index>(file.size() / row),
          .dim = dim,
          .offset = 0,
          .row_stride = row,
          .column_stride = 4};
}

}  // namespace vec2vec
