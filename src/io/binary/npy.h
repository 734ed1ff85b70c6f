// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/binary/strided_source.h"

namespace vec2vec {

/// Where the bytes of an npy file come from, for errors and hints.
struct NpyOrigin {
  std::string path;
  std::string member = {};  ///< of an npz archive

  std::string where() const { return member.empty() ? path : path + ", " + member; }
  /// What loads the array in Python. arguments: beside the path.
  std::string load(const std::string& arguments = "") const;
};

/// What the header of an npy file says.
struct NpyHeader {
  std::string type = {};  ///< as numpy writes it, such as <f4; empty for records
  std::vector<Index> shape = {};
  bool fortran = false;
  std::uint64_t data = 0;  ///< where the values begin, from the magic bytes on

  /// Nothing for types that are not read.
  std::optional<Element> element() const;
  /// Such as "float32, 300 x 7".
  std::string summary() const;
};

/// The bytes before the values of a new file, in the order of C. type: as numpy writes it.
std::string make_npy_header(std::string_view type, const std::vector<Index>& shape);

/// bytes: a file or its beginning. Throws Error{kBadInput} when they are no npy header.
NpyHeader read_npy_header(std::string_view bytes, const NpyOrigin& origin);

/// The layout of the one array in bytes, its offset counted from their beginning. Throws Error{kBadInput} for other types and
/// shapes, for fewer bytes than the header promises and for more.
Layout npy_layout_of(std::string_view bytes, const OpenOptions& options, const NpyOrigin& origin);

}  // namespace vec2vec
