// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "vec2vec/error.h"
#include "vec2vec/progress.h"

namespace vec2vec::cli {

/// From now on SIGINT and SIGTERM make interrupted() true; a second one ends the process at once.
void catch_interrupts();
bool interrupted();

/// For tests, which would else have to wait for the moment to send a signal: VEC2VEC_SIGNAL_AT="9 sync 3" has the program send
/// itself signal 9 before its third step "sync". Steps are those on the disk (set_file_step_hook), and "progress".
void watch_steps();

/// Throws Error{kInterrupted} when a signal has arrived.
void stop_if_interrupted();

/// Prints "vec2vec: error: what", then where and a hint if there are any, on stderr, in the command's words (spelling.h); users
/// and passwords of URLs are left out.
void print_error(const std::string& what, const std::string& where = {}, const std::string& hint = {});

/// The text with lines longer than `columns` broken at spaces and continued with two more spaces of indent; 0 = as it is.
std::string wrapped(const std::string& text, std::size_t columns);

/// Prints a report of the library on stdout, in the command's words: a verdict at its beginning in its colour, and, on a
/// terminal, no line longer than 80 columns (the environment's COLUMNS, where it is set).
void print_report(const std::string& text);

/// What to do after a command: a sentence, and the command that does it.
struct NextStep {
  std::string say, command;
};

/// Ends a command's report: "next: COMMAND" and, behind it, why.
void print_next(const NextStep& step);

/// For standard output. The text itself where that is no terminal, where NO_COLOR is set (no-color.org), or TERM is dumb.
enum class Colour { kGood, kDoubtful, kBad, kCommand };
std::string coloured(const std::string& text, Colour colour);

/// Shows progress on stderr, from two seconds after its start: one line rewritten in place on a terminal, otherwise a line for
/// each tenth of the work and at most one in five seconds. Shows nothing when quiet, and always passes interrupts on.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// The functor to hand to the library; refers to this object.
  Progress functor();

  /// Takes the line off the terminal; to be called before results are printed.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  bool update(std::string_view stage, double done);

  const bool quiet_, tty_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point stage_start_ = start_, last_shown_ = start_;
  std::string stage_;
  double done_ = 0;
  int tenth_shown_ = -1;
  bool line_open_ = false;
};

}  // namespace vec2vec::cli
