// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vec2vec/matrix.h"

namespace vec2vec {

/// For the handler of a public function: `} catch (...) { rethrow_as_error(); }`. Throws the exception being handled as an
/// Error: an Error as it is, anything else nested in one. Lack of memory and failed system calls become kUnavailable, or
/// kBadInput where the caller can fix the cause; everything else becomes kInternal.
[[noreturn]] void rethrow_as_error();

/// Throws an Error for a system call that failed with this errno: "what: message of the system", with a hint for common ones.
/// The kind is kBadInput if another name or other permissions would help, otherwise kUnavailable.
[[noreturn]] void system_failure(const std::string& what, const std::string& where, int error);

/// Checks the values of one kind of options. Each check throws Error{kBadInput} whose `where` is the option, such as
/// `EvaluateOptions::pool`, which front ends spell as their users do.
class CheckOptions {
 public:
  explicit CheckOptions(const char* type) : type_(type) {}

  void require(bool holds, const char* option, const std::string& what) const;
  void at_least(Index least, Index value, const char* option) const;
  void within(Index least, Index most, Index value, const char* option) const;
  /// Of resamples behind an interval: 0 to a million.
  void bootstrap(Index value) const { within(0, 1'000'000, value, "bootstrap"); }
  /// 0 = all cores.
  void threads(int value) const { at_least(0, value, "threads"); }
  /// 0 = no limit.
  void seconds(double value, const char* option) const;

 private:
  const char* type_;
};

}  // namespace vec2vec
