// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "core/cpu/wide.h"
#include "io/binary/strided_source.h"
#include "io/row_numbers.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr std::uint64_t kHeader = 8;

struct Member {
  const char* ending;
  Element element;
};

/// By size, float32 is taken for vectors: numbers of rows are told apart by their values.
constexpr Member kFamily[] = {{".fbin", Element::kFloat32},
                              {".f16bin", Element::kFloat16},
                              {".u8bin", Element::kUint8},
                              {".i8bin", Element::kInt8},
                              {".ibin", Element::kInt32}};

const Member* by_name(const MappedFile& file) {
  const auto* found = std::find_if(std::begin(kFamily), std::end(kFamily),
                                   [&](const Member& member) { return file.path().ends_with(member.ending); });
  return found == std::end(kFamily) ? nullptr : found;
}

/// Bytes of a whole file with this header, or 2^64 - 1 where they are more.
std::uint64_t promised(const MappedFile& file, Element element) {
  const Wide size = kHeader + Wide(file.word_at(0)) * file.word_at(4) * element_size(element);
  return static_cast<std::uint64_t>(std::min<Wide>(size, std::numeric_limits<std::uint64_t>::max()));
}

const Member* by_size(const MappedFile& file) {
  const auto* found = std::find_if(std::begin(kFamily), std::end(kFamily),
                                   [&](const Member& member) { return promised(file, member.element) == file.size(); });
  return found == std::end(kFamily) ? nullptr : found;
}

}  // namespace

bool looks_like_fbin(const MappedFile& file) {
  return by_name(file) || (file.size() > kHeader && by_size(file) && !looks_like_vecs(file));
}

Layout fbin_layout(const MappedFile& file, const OpenOptions&) {
  const Member* member = by_name(file);
  if (!member) {
    member = by_size(file);
    if (element_size(member->element) == 1)
      bad_input("looks like 8-bit vectors behind a header of 8 bytes; whether they have a sign is told by the name alone",
                file.path(), "let the name end in .u8bin (0 to 255) or .i8bin (-128 to 127)");
  }
  const std::uint64_t size = element_size(member->element), dim = file.word_at(4);
  if (promised(file, member->element) != file.size())
    bad_input("its header promises " + std::to_string(file.word_at(0)) + " x " + std::to_string(dim) + " " +
                  element_name(member->element) + " values, " + std::to_string(promised(file, member->element)) +
                  " bytes in all, but it has " + std::to_string(file.size()),
              file.path(), "copy or export it again");
  const Layout layout{.format = member->ending + 1,
                      .element = member->element,
                      .rows = static_cast<Index>(file.word_at(0)),
                      .dim = static_cast<Index>(dim),
                      .offset = kHeader,
                      .row_stride = dim * size,
                      .column_stride = size};
  if (member->element == Element::kInt32 || (member->element == Element::kFloat32 && holds_row_numbers(file, layout)))
    refuse_row_numbers(file, "an ibin");
  return layout;
}

}  // namespace vec2vec
