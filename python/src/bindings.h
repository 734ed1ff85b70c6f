// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>

#include <filesystem>
#include <string>

#include "vec2vec/align.h"

namespace vec2vec::python {

namespace nb = nanobind;
using Path = std::filesystem::path;  ///< str, bytes or os.PathLike, of any bytes

/// "low", "normal" or "high". Throws Error{kBadInput} for anything else.
Effort parse_effort(const std::string& text);

/// Each adds one part to the module. The functions are plain: arrays as _rows.py makes them, every option given. The package's
/// Python files give them defaults, types and help.
void add_map(nb::module_& module);
void add_align(nb::module_& module);
void add_reports(nb::module_& module);
void add_defend(nb::module_& module);
void add_trust(nb::module_& module);
void add_audit(nb::module_& module);

}  // namespace vec2vec::python
