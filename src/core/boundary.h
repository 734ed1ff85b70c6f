#pragma once
#include <string>

namespace vec2vec {

/// For the handler of a public function: `} catch (...) { rethrow_as_error(); }`. Throws the exception being handled as an
/// Error: one as it is, any other nested in one. Lack of memory and what the system refuses become kUnavailable or, where the
/// caller can mend it, kBadInput; the rest kInternal.
[[noreturn]] void rethrow_as_error();

/// Throws what a call of the system failed with (an errno): "what: the system's words", with a hint for the commonest.
/// kBadInput when another name or other rights would help, else kUnavailable.
[[noreturn]] void system_failure(const std::string& what, const std::string& where, int error);

}  // namespace vec2vec
