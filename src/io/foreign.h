// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "io/file/mapped_file.h"

namespace vec2vec {

/// A path as a word of a shell command.
std::string shell_quoted(const std::string& path);

/// `python3 -c "... numpy.save(OUT, VALUE)" IN OUT`, in back quotes: what writes an npy file out of another. value: an
/// expression without double quotes, in which `path` is the name of the file. imports: modules that it needs beside numpy.
std::string numpy_command(const std::string& path, const std::string& value, const std::string& imports = "");

/// The command that makes UTF-8 of a text in another encoding.
std::string utf8_command(const std::string& path, const std::string& encoding);

/// What to try with a file of torch.save. pickle: the beginning of its data.pkl, empty where there is none.
std::string torch_way(const std::string& path, std::string_view pickle);

/// Throws Error{kBadInput} for a file that is none of the formats that are read: names its format where it is known, and the
/// command that converts it.
[[noreturn]] void refuse_foreign(const MappedFile& file);

}  // namespace vec2vec
