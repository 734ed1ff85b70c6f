// SPDX-License-Identifier: Apache-2.0
#include "core/tell.h"

#include <exception>
#include <utility>

#include "core/cancelled.h"
#include "vec2vec/error.h"

namespace vec2vec {

Progress part_of(Progress progress, double begin, double part, std::string stage) {
  if (!progress) return {};
  return [progress = std::move(progress), begin, part, stage = std::move(stage)](std::string_view own, double done) {
    return progress(stage.empty() ? own : std::string_view(stage), begin + done * part);
  };
}

void tell(const Progress& progress, std::string_view stage, double done, const std::string& where, const std::string& hint) {
  if (!progress) return;
  bool goes_on = false;
  try {
    goes_on = progress(stage, done);
  } catch (const Error&) {
    throw;
  } catch (ThreadCancelled&) {
    throw;
  } catch (const std::exception& error) {
    std::throw_with_nested(
        Error(ErrorKind::kInterrupted, std::string("the progress function ended the work: ") + error.what(), where, hint));
  } catch (...) {
    std::throw_with_nested(Error(ErrorKind::kInterrupted, "an exception of the progress function ended the work", where, hint));
  }
  if (!goes_on) throw Error(ErrorKind::kInterrupted, "the work was interrupted", where, hint);
}

}  // namespace vec2vec
