#pragma once
#include "io/mapped_file.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// True when the file's beginning is printable and its first or second line is a list of numbers.
bool looks_like_text(const MappedFile& file);

/// CSV or TSV of numbers: one row a line, separated by commas, semicolons, tabs or spaces; one header line is skipped.
/// Throws Error{kBadInput} naming the first line with another number of columns or with something that is no number.
std::unique_ptr<RowSource> make_text_source(MappedFile file);

}  // namespace vec2vec
