// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/file/mapped_file.h"
#include "io/table/cells.h"

namespace vec2vec {

/// One record of a table, cut into cells.
struct TextRecord {
  std::uint64_t begin = 0;  ///< its first byte in the file
  std::string_view text;    ///< without its line end
  std::vector<TextCell> cells;
  std::vector<CellKind> kinds;

  Index count() const { return static_cast<Index>(cells.size()); }
  CellKind kind(Index j) const { return kinds[static_cast<std::size_t>(j)]; }
  std::string_view cell(Index j) const { return cells[static_cast<std::size_t>(j)].text; }
  bool any(bool (*is)(CellKind)) const;
};

/// A number, alone or in a list.
bool is_figure(CellKind kind);

/// The beginning of a table as one separator cuts it: some 64 rows, and what stands above them.
struct TextSample {
  TextDialect dialect;
  std::vector<TextRecord> rows;                ///< empty: the separator does not cut this file
  std::optional<TextRecord> header;            ///< the line of column names
  Index promised_rows = -1, promised_dim = 0;  ///< what the first line says: so many rows of so many numbers (word2vec)
  std::vector<std::string> notes;
};

/// Samples the records from byte `begin` on, and takes the header off them. A header is a line without a number; also one whose
/// numbers count 0, 1, 2, ..., as pandas names columns; and the two sizes that word2vec begins with.
TextSample sample_text(const MappedFile& file, std::uint64_t begin, TextDialect dialect);

}  // namespace vec2vec
