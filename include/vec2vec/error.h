// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdexcept>
#include <string>

// Thread-safe: an Error does not change.
namespace vec2vec {

/// Whose fault an Error is, and so what to do about it.
enum class ErrorKind {
  kBadInput,     ///< the caller's: an input, an option, a name, a password. Exit code 2
  kInternal,     ///< the library's. Exit code 1
  kInterrupted,  ///< nobody's: a progress function ended the work. Exit code 130
  kUnavailable   ///< the machine's or a server's: memory, disk space, a connection. The same call may work later. Exit code 2
};

/// The one exception type that leaves the library: what went wrong, where (a file, an option, a row), and what to try. Standard
/// exceptions (no memory, a file system that fails, what a callback throws) become one, which nests the original
/// (std::rethrow_if_nested).
class Error : public std::runtime_error {
 public:
  /// what: a sentence, but for its capital and its full stop, which are added; or it begins with a verb whose subject is
  /// `where`
  /// ("has 3 rows"). message() is the whole sentence.
  Error(ErrorKind kind, std::string what, std::string where = {}, std::string hint = {});

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& where() const noexcept { return where_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorKind kind_;
  std::string message_, where_, hint_;
};

/// Shorthand for the common kind: Error(kBadInput, what, where, hint).
[[noreturn]] void bad_input(std::string what, std::string where = {}, std::string hint = {});

}  // namespace vec2vec
