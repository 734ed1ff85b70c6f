// SPDX-License-Identifier: Apache-2.0
// Tables of text. Only vec2vec::Error may come out; rows are the same whether they are read together or one by one; and no more
// of them come out than the file has lines.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "io/table/source.h"
#include "io/text/utf8.h"
#include "vec2vec/error.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void read_table(std::string_view bytes, const std::string& column) {
  const auto source = vec2vec::make_text_source(vec2vec::MappedFile::of_memory(bytes, "table"), column);
  const auto ends = std::count_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; });
  check(source->rows() >= 1 && source->rows() <= ends + 1 && source->dim() >= 1);
  check(source->dim() <= static_cast<vec2vec::Index>(bytes.size()));
  for (const std::string& note : notes_on(*source)) check(vec2vec::valid_utf8(note) || !vec2vec::valid_utf8(bytes));
  const vec2vec::Matrix all = vec2vec::read_all(*source);
  vec2vec::Matrix row(1, source->dim());
  for (vec2vec::Index i = 0; i < source->rows(); ++i) {
    source->read(i, row.span());
    check(std::memcmp(row.data(), all.row(i), sizeof(float) * static_cast<std::size_t>(all.cols())) == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size == 0) return 0;
  for (const char* column : {"", "v"}) {
    try {
      read_table(bytes, column);
    } catch (const vec2vec::Error& error) {
      check(error.kind() == vec2vec::ErrorKind::kBadInput && !error.hint().empty());
    }
  }
  return 0;
}
