// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "io/file/mapped_file.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// True when the file's beginning is printable, or UTF-16.
bool looks_like_text(const MappedFile& file);

/// A table of text: a row a line, with a number a cell or with the whole vector in one cell; docs/file-format.md says what is
/// read. column: the name of the column of vectors where there are several. Throws Error{kBadInput} when the file is no such
/// table, can be read in more than one way, or has a fault in its first or last row; reading names the first faulty row.
std::unique_ptr<RowSource> make_text_source(MappedFile file, const std::string& column);

}  // namespace vec2vec
