// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace vec2vec {

/// For the handler of a public function: `} catch (...) { rethrow_as_error(); }`. Throws the exception being handled as an
/// Error: an Error as it is, anything else nested in one. Lack of memory and failed system calls become kUnavailable, or
/// kBadInput where the caller can fix the cause; everything else becomes kInternal.
[[noreturn]] void rethrow_as_error();

/// Throws an Error for a system call that failed with this errno: "what: message of the system", with a hint for common ones.
/// The kind is kBadInput if another name or other permissions would help, otherwise kUnavailable.
[[noreturn]] void system_failure(const std::string& what, const std::string& where, int error);

}  // namespace vec2vec
