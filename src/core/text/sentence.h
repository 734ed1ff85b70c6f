// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace vec2vec {

/// What an error says, as a whole sentence. `what` is one already, but for its capital and its full stop; or it begins with a
/// verb ("has 3 rows", "exists already"), whose subject is `where`, a file, an option or words such as "the store". Does
/// nothing to its own result.
std::string sentence(std::string what, const std::string& where);

/// The sentence, behind the place unless it begins with it, and what to try.
std::string told(const std::string& sentence, const std::string& where, const std::string& hint);

/// Where an error lies, unless its sentence begins with it.
std::string place_beside(const std::string& sentence, const std::string& where);

}  // namespace vec2vec
