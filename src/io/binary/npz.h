// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "io/file/mapped_file.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// An array of an npz archive: the one named by options.tensor, else the only one, else the only 2-d one of a type that is
/// read. Deflated arrays are unpacked into memory. Throws Error{kBadInput} for other zip archives, and says what they are.
std::unique_ptr<RowSource> open_npz(MappedFile file, const OpenOptions& options);

/// Names of the 2-d arrays of vectors.
std::vector<std::string> npz_matrices(const MappedFile& file);

}  // namespace vec2vec
