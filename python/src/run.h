// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nanobind/nanobind.h>

#include <functional>
#include <string>
#include <vector>

#include "vec2vec/progress.h"

namespace vec2vec::python {

namespace nb = nanobind;

/// Does work on a thread of its own, without the interpreter lock. The calling thread meanwhile looks for signals and calls
/// callback(stage, done), unless it is None, some times a second. An exception of either (Ctrl-C: KeyboardInterrupt) makes the
/// work's progress return false and is raised here once the work has stopped.
void run(const nb::object& callback, const std::function<void(const Progress&)>& work);

/// Warns with InputWarning of each note on how a file was read.
void warn(const std::string& path, const std::vector<std::string>& notes);

}  // namespace vec2vec::python
