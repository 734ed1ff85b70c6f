// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "io/binary/strided_source.h"

namespace vec2vec {

/// Whether the float32 of a layout are int32 from 0 to 8,388,607 (up to 1,000 rows are looked at, 16 values of each): as
/// floats, none would be above 1e-38. Lists of neighbours, the ground truth of benchmarks, lie in files that look like those of
/// their vectors.
bool holds_row_numbers(const MappedFile& file, const Layout& layout);

/// format: with its article, such as "an ivecs".
[[noreturn]] void refuse_row_numbers(const MappedFile& file, const std::string& format);

}  // namespace vec2vec
