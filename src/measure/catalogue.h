// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "vec2vec/measure.h"

namespace vec2vec {

/// The catalogue's entry of a key, or nullptr.
const MeasureInfo* find_measure(std::string_view key);

/// Whether smaller values mean closer spaces: distances, and ranks.
bool lower_is_closer(const MeasureInfo& info);

/// Whether options.only asks for the key, or for any measure of the family of that name.
bool wanted(std::string_view key_or_family, const MeasureOptions& options);

}  // namespace vec2vec
