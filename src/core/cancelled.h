// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cxxabi.h>

#include <exception>

namespace vec2vec {

/// What unwinds a thread that is being cancelled, to be caught and thrown on. libc++ has no name for it, and nothing of this
/// type is thrown there.
#ifdef __GLIBCXX__
using ThreadCancelled = abi::__forced_unwind;
#else
struct ThreadCancelled {};
#endif

}  // namespace vec2vec
