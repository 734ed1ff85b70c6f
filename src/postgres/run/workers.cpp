// SPDX-License-Identifier: Apache-2.0
#include "postgres/run/workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "core/parallel.h"

namespace vec2vec::postgres {
namespace {

int connection_count(int requested, std::size_t ranges) {
  // Two for each core: one waits for the server while the other one translates.
  const int wanted = requested > 0 ? requested : std::min(8, 2 * thread_count(0));
  return static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(wanted), ranges));
}

/// What the connections share.
class Pool {
 public:
  Pool(Session& session, const Map& map, const std::vector<Range>& ranges, MigrateSummary& summary)
      : session_(session), map_(map), ranges_(ranges), summary_(summary), batch_rows_(session.batch_rows()) {}

  void run();

 private:
  void work();
  void translate(BatchTranslator& translator);
  BatchCounts translate_patiently(BatchTranslator& translator, std::optional<Range>& rest) const;
  bool take(std::optional<Range>& range);
  void add(const BatchCounts& counts, double part);
  void watch();

  Session& session_;
  const Map& map_;
  const std::vector<Range>& ranges_;
  MigrateSummary& summary_;
  const Index batch_rows_;

  std::atomic<bool> stop_{false};  ///< whoever sets it may write failure_
  std::exception_ptr failure_;

  std::mutex mutex_;  ///< of all that follows, and of summary_
  std::condition_variable ended_;
  std::size_t next_ = 0;
  double done_ = 0;  ///< ranges
  int working_ = 0;
};

/// Translates the next rows of a range; while others hold locks on them, again and again for about a minute.
BatchCounts Pool::translate_patiently(BatchTranslator& translator, std::optional<Range>& rest) const {
  for (int tries = 0;; ++tries) {
    try {
      return translator.translate(rest);
    } catch (const SqlError& error) {
      if (!error.lock_trouble() || stop_ || tries == 80) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

bool Pool::take(std::optional<Range>& range) {
  const std::lock_guard lock(mutex_);
  if (next_ == ranges_.size()) return false;
  range = ranges_[next_++];
  return true;
}

void Pool::add(const BatchCounts& counts, double part) {
  const std::lock_guard lock(mutex_);
  summary_.translated_now += counts.translated;
  summary_.zero_rows += counts.zero_rows;
  done_ += part;
}

void Pool::translate(BatchTranslator& translator) {
  std::optional<Range> rest;
  double left = 0;  // of the range in work
  while (!stop_) {
    if (!rest) {
      if (!take(rest)) return;
      left = 1;
    }
    const BatchCounts counts = translate_patiently(translator, rest);
    const double part = static_cast<double>(counts.translated) / static_cast<double>(batch_rows_);
    add(counts, rest ? std::min(left, part) : left);
    left -= std::min(left, part);
  }
}

void Pool::work() {
  try {
    Connection connection = session_.control.another([this] { return !stop_; });
    BatchTranslator translator(connection, session_.table, *session_.migration, map_, batch_rows_, session_.rows_at_once,
                               session_.options.skip_triggers);
    translate(translator);
    session_.rows_at_once = translator.rows_at_once();
  } catch (...) {
    if (!stop_.exchange(true)) failure_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  --working_;
  ended_.notify_one();
}

/// Until all have ended.
void Pool::watch() {
  for (bool going = true; going;) {
    double part = 0;
    {
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, std::chrono::milliseconds(100), [this] { return working_ == 0; });
      part = done_ / static_cast<double>(ranges_.size());
      going = working_ > 0;
    }
    if (stop_) continue;
    try {
      session_.stage.set("translate", part);
      session_.stage.go_on();
    } catch (...) {
      if (!stop_.exchange(true)) failure_ = std::current_exception();
    }
  }
}

void Pool::run() {
  {
    std::vector<std::jthread> threads;
    const int count = connection_count(session_.options.connections, ranges_.size());
    try {
      for (int i = 0; i < count; ++i) {
        {
          const std::lock_guard lock(mutex_);
          ++working_;
        }
        threads.emplace_back([this] { work(); });
      }
      watch();
    } catch (...) {  // no thread to be had
      stop_ = true;
      throw;
    }
  }
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace

void run_ranges(Session& session, const Map& map, const std::vector<Range>& ranges, MigrateSummary& summary) {
  if (!ranges.empty()) Pool(session, map, ranges, summary).run();
}

}  // namespace vec2vec::postgres
