// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include <nanobind/stl/string.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

namespace vec2vec::python {
namespace {

/// What the two threads tell each other.
struct Talk {
  std::mutex mutex;
  std::condition_variable ended_changed;
  bool ended = false, news = false;  // news: stage and done were not handed on yet
  std::string stage;
  double done = 0;
  std::atomic<bool> cancelled = false;
};

}  // namespace

void run(const nb::object& callback, const std::function<void(const Progress&)>& work) {
  Talk talk;
  std::exception_ptr failure, python_failure;
  const Progress progress = [&](std::string_view stage, double done) {
    const std::lock_guard lock(talk.mutex);
    talk.stage = stage;
    talk.done = done;
    talk.news = true;
    return !talk.cancelled;
  };
  // With the interpreter lock held: signals, then news.
  const auto attend = [&] {
    std::string stage;
    double done = 0;
    bool news = false;
    {
      const std::lock_guard lock(talk.mutex);
      stage = talk.stage;
      done = talk.done;
      news = std::exchange(talk.news, false);
    }
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (news && !callback.is_none() && !python_failure) callback(stage, done);
    } catch (...) {
      if (!python_failure) python_failure = std::current_exception();
      talk.cancelled = true;
    }
  };

  std::thread worker([&] {
    try {
      work(progress);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(talk.mutex);
    talk.ended = true;
    talk.ended_changed.notify_one();
  });
  {
    const nb::gil_scoped_release release;
    std::unique_lock lock(talk.mutex);
    while (!talk.ended_changed.wait_for(lock, std::chrono::milliseconds(50), [&] { return talk.ended; })) {
      lock.unlock();
      {
        const nb::gil_scoped_acquire acquire;
        attend();
      }
      lock.lock();
    }
    lock.unlock();
    worker.join();
  }
  if (!failure) attend();  // the last news
  if (python_failure) std::rethrow_exception(python_failure);
  if (failure) std::rethrow_exception(failure);
}

void warn(const std::string& path, const std::vector<std::string>& notes) {
  if (notes.empty()) return;
  const nb::object category = nb::module_::import_("vec2vec_cpp._errors").attr("InputWarning");
  for (const std::string& note : notes)
    nb::module_::import_("warnings").attr("warn")(path + ": " + note, category, nb::arg("stacklevel") = 3);
}

}  // namespace vec2vec::python
