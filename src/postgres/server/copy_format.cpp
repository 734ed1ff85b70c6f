// SPDX-License-Identifier: Apache-2.0
#include "postgres/server/copy_format.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "io/binary/half.h"
#include "vec2vec/error.h"

namespace vec2vec::postgres {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::string_view kSignature("PGCOPY\n\xff\r\n\0", 11);

std::uint16_t swapped(std::uint16_t x) { return __builtin_bswap16(x); }
std::uint32_t swapped(std::uint32_t x) { return __builtin_bswap32(x); }

template <class T>
T load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return swapped(value);
}

template <class T>
void append(std::string& bytes, T value) {
  value = swapped(value);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

[[noreturn]] void malformed() { throw Error(ErrorKind::kInternal, "the server sent a COPY stream that cannot be read"); }

}  // namespace

CopyReader::CopyReader(std::string_view bytes) : bytes_(bytes) {
  if (take(kSignature.size()) != kSignature) malformed();
  take(4);  // flags
  take(load<std::uint32_t>(take(4).data()));
}

std::string_view CopyReader::take(std::size_t count) {
  if (count > bytes_.size() - at_) malformed();
  at_ += count;
  return bytes_.substr(at_ - count, count);
}

bool CopyReader::next(std::size_t columns, std::vector<std::optional<std::string_view>>& fields) {
  const auto count = load<std::uint16_t>(take(2).data());
  if (count == 0xFFFF) return false;
  if (count != columns) malformed();
  fields.clear();
  for (std::size_t i = 0; i < columns; ++i) {
    const auto length = load<std::uint32_t>(take(4).data());
    if (length == 0xFFFFFFFF)
      fields.emplace_back(std::nullopt);
    else
      fields.emplace_back(take(length));
  }
  return true;
}

CopyWriter::CopyWriter(std::string reused) : bytes_(std::move(reused)) {
  bytes_ = kSignature;
  bytes_.append(8, '\0');
}

void CopyWriter::begin_row(int columns) { append(bytes_, static_cast<std::uint16_t>(columns)); }

void CopyWriter::field(std::string_view bytes) {
  append(bytes_, static_cast<std::uint32_t>(bytes.size()));
  bytes_.append(bytes);
}

void CopyWriter::vector_field(const float* values, Index dim, ValueType type) {
  const auto n = static_cast<std::size_t>(dim), width = type == ValueType::kFloat16 ? sizeof(std::uint16_t) : sizeof(float);
  append(bytes_, static_cast<std::uint32_t>(4 + n * width));
  append(bytes_, static_cast<std::uint16_t>(dim));
  append(bytes_, std::uint16_t{0});
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + n * width);
  char* out = bytes_.data() + begin;
  for (std::size_t i = 0; i < n; ++i) {
    if (type == ValueType::kFloat16) {
      const std::uint16_t value = swapped(float_to_half(values[i]));
      std::memcpy(out + i * sizeof value, &value, sizeof value);
    } else {
      const std::uint32_t value = swapped(std::bit_cast<std::uint32_t>(values[i]));
      std::memcpy(out + i * sizeof value, &value, sizeof value);
    }
  }
}

std::string CopyWriter::finish() {
  append(bytes_, std::uint16_t{0xFFFF});
  std::string done = std::move(bytes_);
  *this = CopyWriter();
  return done;
}

Index vector_dim(std::string_view field) {
  if (field.size() < 4) malformed();
  return load<std::uint16_t>(field.data());
}

void read_vector(std::string_view field, ValueType type, float* values) {
  const auto dim = static_cast<std::size_t>(vector_dim(field));
  const std::size_t width = type == ValueType::kFloat16 ? sizeof(std::uint16_t) : sizeof(float);
  if (field.size() != 4 + dim * width) malformed();
  const char* in = field.data() + 4;
  for (std::size_t i = 0; i < dim; ++i)
    values[i] = type == ValueType::kFloat16 ? half_to_float(load<std::uint16_t>(in + i * width))
                                            : std::bit_cast<float>(load<std::uint32_t>(in + i * width));
}

}  // namespace vec2vec::postgres
