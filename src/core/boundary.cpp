// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.h"

#include <cerrno>
#include <exception>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "core/cancelled.h"
#include "core/text/sentence.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

bool callers_fault(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
    case ELOOP:
    case ENAMETOOLONG:
    case EROFS:
    case ENOTEMPTY:
    case EXDEV:
    case EINVAL:
    case ETXTBSY:
      return true;
    default:
      return false;
  }
}

const char* hint_for(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return "other permissions, or another folder";
    case ENOENT:
    case ENOTDIR:
      return "check that the folder exists";
    case ENAMETOOLONG:
      return "a shorter name";
    case EROFS:
      return "a folder that can be written to";
    case ENOSPC:
    case EDQUOT:
      return "free some space on this disk";
    case EMFILE:
    case ENFILE:
      return "close other files, or raise the limit of open files (ulimit -n)";
    case ENOMEM:
      return "fewer rows, or a machine with more memory";
    case EAGAIN:
      return "fewer threads, or a higher limit of processes (ulimit -u)";
    default:
      return "";
  }
}

Error error_of(const std::string& what, const std::string& where, int error) {
  return {callers_fault(error) ? ErrorKind::kBadInput : ErrorKind::kUnavailable,
          what + ": " + std::generic_category().message(error), where, hint_for(error)};
}

/// The Error for a std::system_error, whose category may be one of a library.
Error error_of(const std::system_error& error, const std::string& where) {
  const std::error_condition condition = error.code().default_error_condition();
  if (condition.category() == std::generic_category()) return error_of("the system refused", where, condition.value());
  return {ErrorKind::kUnavailable, error.what(), where};
}

}  // namespace

Error::Error(ErrorKind kind, std::string what, std::string where, std::string hint)
    : std::runtime_error(told(sentence(what, where), where, hint)),
      kind_(kind),
      message_(sentence(std::move(what), where)),
      where_(std::move(where)),
      hint_(std::move(hint)) {}

void bad_input(std::string what, std::string where, std::string hint) {
  throw Error(ErrorKind::kBadInput, std::move(what), std::move(where), std::move(hint));
}

void system_failure(const std::string& what, const std::string& where, int error) { throw error_of(what, where, error); }

void rethrow_as_error() {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (ThreadCancelled&) {
    throw;
  } catch (const std::bad_alloc&) {
    std::throw_with_nested(
        Error(ErrorKind::kUnavailable, "there is no memory left", {}, "fewer rows, or a machine with more memory"));
  } catch (const std::filesystem::filesystem_error& error) {
    std::throw_with_nested(error_of(error, error.path1().string()));
  } catch (const std::system_error& error) {
    std::throw_with_nested(error_of(error, {}));
  } catch (const std::exception& error) {
    std::throw_with_nested(Error(ErrorKind::kInternal, error.what()));
  } catch (...) {
    std::throw_with_nested(Error(ErrorKind::kInternal, "an exception of an unknown type was thrown"));
  }
}

void CheckOptions::require(bool holds, const char* option, const std::string& what) const {
  if (!holds) bad_input(what, "`" + std::string(type_) + "::" + option + "`");
}

void CheckOptions::at_least(Index least, Index value, const char* option) const {
  require(value >= least, option, "must be at least " + std::to_string(least) + ", but is " + std::to_string(value));
}

void CheckOptions::within(Index least, Index most, Index value, const char* option) const {
  require(value >= least && value <= most, option,
          "must lie in " + std::to_string(least) + " .. " + std::to_string(most) + ", but is " + std::to_string(value));
}

void CheckOptions::seconds(double value, const char* option) const {
  require(value >= 0, option, "must be 0 (none) or more seconds, but is " + std::to_string(value));
}

}  // namespace vec2vec
