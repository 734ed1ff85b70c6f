// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstdlib>
#include <limits>
#include <new>
#include <string>

#include "core/text/number.h"
#include "vec2vec/error.h"
#include "vec2vec/matrix.h"

namespace vec2vec {
namespace {

constexpr std::size_t kPage = 4096, kLeast = std::size_t{1} << 20;
constexpr std::size_t kHugePage = std::size_t{2} << 20, kLeastHuge = 2 * kHugePage;
constexpr std::align_val_t kCacheLine{64};  // matrix units load and store whole ones

[[noreturn]] void out_of_memory(std::size_t bytes) {
  throw Error(ErrorKind::kUnavailable,
              "there is no memory left: not another " + significant(static_cast<double>(bytes) / (1 << 20), 3) + " MiB", {},
              "fewer rows, or a machine with more memory");
}

}  // namespace

std::size_t matrix_size(Index rows, Index cols) {
  constexpr Index kMost = std::numeric_limits<std::ptrdiff_t>::max() / static_cast<Index>(sizeof(float));
  if (rows < 0 || cols < 0 || (cols > 0 && rows > kMost / cols))
    bad_input("there is no matrix of " + std::to_string(rows) + " x " + std::to_string(cols) + " values");
  return static_cast<std::size_t>(rows * cols);
}

void* allocate_pages(std::size_t bytes) {
  if (bytes < kLeast) {
    void* memory = ::operator new(bytes, kCacheLine, std::nothrow);
    if (!memory) out_of_memory(bytes);
    return memory;
  }
  if (bytes > static_cast<std::size_t>(-1) - kPage) out_of_memory(bytes);
  const std::size_t page = bytes < kLeastHuge ? kPage : kHugePage;
  const std::size_t whole = (bytes + kPage - 1) / kPage * kPage;
  void* memory = nullptr;
  if (posix_memalign(&memory, page, whole) != 0) out_of_memory(bytes);
#ifdef MADV_HUGEPAGE
  if (page == kHugePage) madvise(memory, whole, MADV_HUGEPAGE);  // where the system has them
#endif
#ifdef MADV_POPULATE_WRITE
  madvise(memory, whole, MADV_POPULATE_WRITE);  // where the system cannot (before Linux 5.14), faults do it
#endif
  return memory;
}

void free_pages(void* memory, std::size_t bytes) noexcept {
  if (bytes < kLeast) return ::operator delete(memory, kCacheLine);
  std::free(memory);
}

}  // namespace vec2vec
