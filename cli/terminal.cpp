#include "terminal.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <regex>

#include "spelling.h"

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

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return interrupt_seen; }

void stop_if_interrupted() {
  if (interrupted()) throw Error(ErrorKind::kInterrupted, "interrupted");
}

void print_error(const std::string& what, const std::string& where, const std::string& hint) {
  const auto shown = [](const std::string& text) { return without_passwords(in_flags(text)); };
  std::fprintf(stderr, "vec2vec: error: %s\n", shown(what).c_str());
  if (!where.empty()) std::fprintf(stderr, "  where: %s\n", shown(where).c_str());
  if (!hint.empty()) std::fprintf(stderr, "  try: %s\n", shown(hint).c_str());
}

void print_report(const std::string& text) { std::cout << in_flags(text); }

void print_next(const NextStep& step) { std::cout << "\nnext: " << step.command << "\n      " << step.say << "\n"; }

std::string format_seconds(double seconds) {
  const long long s = std::llround(std::clamp(seconds, 0.0, 1e9));
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
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

  std::string line = stage_ + "  " + std::to_string(static_cast<int>(100 * done)) + " %";
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
