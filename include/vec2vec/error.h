#pragma once
#include <stdexcept>
#include <string>

namespace vec2vec {

/// Whose fault an Error is; the command line maps it to exit codes 2, 1 and 130.
enum class ErrorKind { kBadInput, kInternal, kInterrupted };

/// The one exception type of the library: what went wrong, where (a file, an option, a row), and what to try.
class Error : public std::runtime_error {
 public:
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
