// SPDX-License-Identifier: Apache-2.0
#include "cli/common/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <regex>
#include <sstream>

#include "cli/help/spelling.h"
#include "core/text/number.h"
#include "core/text/sentence.h"
#include "io/file/atomic_file.h"

namespace vec2vec::cli {
namespace {

std::atomic<bool> interrupt_seen = false;  // set by a signal, read by any thread
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set no other");

void on_interrupt(int) { interrupt_seen = true; }

/// Without what stands between :// and the last @ of a URL: user and password.
std::string without_passwords(const std::string& text) { return std::regex_replace(text, std::regex("://\\S*@"), "://...@"); }

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Columns of the terminal that output, a file descriptor, goes to; 0 = none.
std::size_t terminal_columns(int output = STDOUT_FILENO) {
  constexpr std::size_t kLeast = 40, kUsual = 80;
  if (const char* columns = std::getenv("COLUMNS"))
    if (const std::optional<double> value = parse_number(columns); value && *value >= 1 && *value < 1e6)
      return std::max(kLeast, static_cast<std::size_t>(*value));
  return isatty(output) ? kUsual : 0;
}

/// See watch_steps().
struct Watched {
  int signal = 0;
  std::string step;
  std::atomic<int> left = 0;
} watched;

void count_step(const char* step) {
  if (watched.signal != 0 && watched.step == step && --watched.left == 0) std::raise(watched.signal);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return interrupt_seen; }

void watch_steps() {
  const char* given = std::getenv("VEC2VEC_SIGNAL_AT");
  const std::string text = given ? given : "";
  const std::size_t first = text.find(' '), last = text.rfind(' ');
  if (first == last) return;  // there are no two
  watched.signal = static_cast<int>(parse_number(text.substr(0, first)).value_or(0));
  watched.step = text.substr(first + 1, last - first - 1);
  watched.left = static_cast<int>(parse_number(text.substr(last + 1)).value_or(0));
  set_file_step_hook([](const char* step) {
    count_step(step);
    return 0;
  });
}

void stop_if_interrupted() {
  if (interrupted()) throw Error(ErrorKind::kInterrupted, "the work was interrupted");
}

void print_error(const std::string& what, const std::string& where, const std::string& hint) {
  const auto shown = [](const std::string& text) { return without_passwords(in_flags(text)); };
  const std::string whole = sentence(what, where), place = place_beside(whole, where);
  std::string text = "vec2vec: error: " + shown(whole) + "\n";
  if (!place.empty()) text += "  where: " + shown(place) + "\n";
  if (!hint.empty()) text += "  try: " + shown(hint) + "\n";
  std::fputs(wrapped(text, terminal_columns(STDERR_FILENO)).c_str(), stderr);
}

std::string coloured(const std::string& text, Colour colour) {
  static const bool plain = [] {
    const char *no_colour = std::getenv("NO_COLOR"), *terminal = std::getenv("TERM");
    return (no_colour && *no_colour) || !terminal || std::string_view(terminal) == "dumb" || isatty(STDOUT_FILENO) == 0;
  }();
  constexpr const char* kCodes[] = {"1;32", "1;33", "1;31", "1"};
  if (plain) return text;
  return std::string("\033[") + kCodes[static_cast<int>(colour)] + "m" + text + "\033[0m";
}

std::string wrapped(const std::string& text, std::size_t columns) {
  if (columns == 0) return text;
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size()) + 2;
    while (line.size() > columns) {
      std::size_t cut = line.rfind(' ', columns);
      if (cut == line.npos || cut <= indent) cut = line.find(' ', columns);  // a word that is longer than a line stays whole
      if (cut == line.npos || line.find_first_not_of(' ', cut) == line.npos) break;
      result += line.substr(0, cut) + "\n";
      line = std::string(indent, ' ') + line.substr(line.find_first_not_of(' ', cut));
    }
    result += line + "\n";
  }
  if (!text.ends_with('\n') && !result.empty()) result.pop_back();
  return result;
}

void print_report(const std::string& text) {
  const std::string shown = wrapped(in_flags(text), terminal_columns());
  const std::string first = shown.substr(0, shown.find_first_of(" \n"));
  if (first == "ALIGNED" || first == "PASSED")
    std::cout << coloured(first, Colour::kGood);
  else if (first == "UNCERTAIN")
    std::cout << coloured(first, Colour::kDoubtful);
  else if (first == "NOT_ALIGNED" || first == "FAILED")
    std::cout << coloured(first, Colour::kBad);
  else
    std::cout << first;
  std::cout << shown.substr(first.size());
}

void print_next(const NextStep& step) {
  std::cout << "\nnext: " << coloured(step.command, Colour::kCommand) << "\n"
            << wrapped("      " + step.say, terminal_columns()) << "\n";
}

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), tty_(isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() { finish(); }

void ProgressLine::finish() {
  if (line_open_) std::fputs("\r\033[K", stderr);
  line_open_ = false;
}

Progress ProgressLine::functor() {
  return [this](std::string_view stage, double done) { return update(stage, done); };
}

bool ProgressLine::update(std::string_view stage, double done) {
  count_step("progress");
  if (interrupted()) return false;
  const Clock::time_point now = Clock::now();
  done = std::clamp(done, 0.0, 1.0);
  const bool new_stage = stage != stage_;
  if (done < done_) {  // counting starts anew, and so does the estimate
    stage_start_ = now;
    tenth_shown_ = -1;
  }
  stage_ = stage;
  done_ = done;
  if (quiet_ || seconds_between(start_, now) < 2) return true;

  const int tenth = static_cast<int>(done * 10);
  const double since_shown = seconds_between(last_shown_, now);
  if (tty_ ? since_shown < 0.1 : since_shown < 5 || (!new_stage && tenth == tenth_shown_)) return true;
  last_shown_ = now;
  tenth_shown_ = tenth;

  std::string line = stage_ + "  ";
  if (tty_) {
    constexpr int kCells = 20;
    const int full = static_cast<int>(done * kCells);
    line += "[" + std::string(static_cast<std::size_t>(full), '#') + std::string(static_cast<std::size_t>(kCells - full), '.') +
            "] ";
  }
  line += std::to_string(static_cast<int>(100 * done)) + " %";
  const double elapsed = seconds_between(stage_start_, now);
  if (done > 0.01 && elapsed > 1) line += "  about " + format_seconds(elapsed / done * (1 - done)) + " left";
  if (tty_) {
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    line_open_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  return true;
}

}  // namespace vec2vec::cli
