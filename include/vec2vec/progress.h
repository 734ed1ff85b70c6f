// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string_view>

// Thread-safe: a function that is given to two calls at once is called by both.
namespace vec2vec {

/// Called now and then by long work: the stage's name and the part done in [0, 1]. Return false to cancel; the work
/// then throws Error{kInterrupted} and leaves nothing half-written. Calls come from one thread at a time, not always the same.
/// An exception cancels too: an Error comes out of the call as it is, anything else nested in an Error{kInterrupted}.
using Progress = std::function<bool(std::string_view stage, double done)>;

}  // namespace vec2vec
