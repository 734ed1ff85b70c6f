// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace vec2vec::cli {

/// The program's own file; empty when the system does not tell it.
std::string own_path();

/// The folder of the demo's vectors: where the program is installed (share/vec2vec/demo), or of the clone it was built in
/// (examples/data). Empty when there is none.
std::string demo_data();

}  // namespace vec2vec::cli
