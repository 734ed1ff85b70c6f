#include <sys/mman.h>

#include <cstdlib>
#include <new>

#include "vec2vec/matrix.h"

namespace vec2vec {
namespace {

constexpr std::size_t kPage = 4096, kLeast = std::size_t{1} << 20;
constexpr std::align_val_t kCacheLine{64};  // matrix units load and store whole ones

}  // namespace

void* allocate_pages(std::size_t bytes) {
  if (bytes < kLeast) return ::operator new(bytes, kCacheLine);
  if (bytes > static_cast<std::size_t>(-1) - kPage) throw std::bad_alloc();
  const std::size_t whole = (bytes + kPage - 1) / kPage * kPage;  // as aligned_alloc wants it
  void* memory = std::aligned_alloc(kPage, whole);
  if (!memory) throw std::bad_alloc();
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
