// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "vec2vec/align.h"

// Thread-safe: calls share nothing.
namespace vec2vec {

/// The known pairs of a file.
struct PairFile {
  std::vector<RowPair> pairs;
  std::vector<std::string> notes;  ///< what to know of how the file was read, such as a first line taken for column names
};

/// Reads a file of two columns, row of A and row of B, both counted from 0, in any format that open_rows reads. Throws
/// Error{kBadInput} for another number of columns, and naming the first row that holds anything but whole numbers from 0 to
/// 16,777,215. Whether the two sides have these rows is up to `align`.
PairFile read_pairs(const std::string& path);

}  // namespace vec2vec
