// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

// Thread-safe as standard containers are: many threads may read, or one may write. Views own nothing: the memory has to outlive
// them.
namespace vec2vec {

using Index = std::int64_t;

/// Non-owning view of rows x cols float32 values; row i starts at data + i * stride.
struct MatrixView {
  const float* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  constexpr MatrixView() noexcept = default;
  /// Rows that lie one behind the other.
  constexpr MatrixView(const float* values, Index row_count, Index col_count) noexcept
      : MatrixView(values, row_count, col_count, col_count) {}
  constexpr MatrixView(const float* values, Index row_count, Index col_count, Index row_stride) noexcept
      : data(values), rows(row_count), cols(col_count), stride(row_stride) {}

  const float* row(Index i) const { return data + i * stride; }
  /// Rows first .. first + count - 1, no copy.
  MatrixView middle_rows(Index first, Index count) const { return {row(first), count, cols, stride}; }
};

/// The writable twin of MatrixView.
struct MatrixSpan {
  float* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  constexpr MatrixSpan() noexcept = default;
  constexpr MatrixSpan(float* values, Index row_count, Index col_count) noexcept
      : MatrixSpan(values, row_count, col_count, col_count) {}
  constexpr MatrixSpan(float* values, Index row_count, Index col_count, Index row_stride) noexcept
      : data(values), rows(row_count), cols(col_count), stride(row_stride) {}

  float* row(Index i) const { return data + i * stride; }
  MatrixSpan middle_rows(Index first, Index count) const { return {row(first), count, cols, stride}; }
  operator MatrixView() const { return {data, rows, cols, stride}; }
};

/// Memory of `bytes`, from 1 MiB on with all its pages at once, which costs a third of a fault for each. Throws
/// Error{kUnavailable} when there is not so much.
void* allocate_pages(std::size_t bytes);
void free_pages(void* memory, std::size_t bytes) noexcept;

/// rows * cols. Throws Error{kBadInput} when one of them is negative, or there are more values than memory has addresses.
std::size_t matrix_size(Index rows, Index cols);

/// The standard library's allocator of such memory, for what is filled as soon as it is there.
template <typename T>
struct PageAllocator {
  using value_type = T;
  PageAllocator() = default;
  template <typename U>
  PageAllocator(const PageAllocator<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_pages(count * sizeof(T))); }  // count is within max_size
  void deallocate(T* memory, std::size_t count) noexcept { free_pages(memory, count * sizeof(T)); }
  friend bool operator==(const PageAllocator&, const PageAllocator&) { return true; }
};

/// Owning, row-major, contiguous float32 matrix; value-initialised to 0.
class Matrix {
 public:
  Matrix() = default;
  /// Throws Error{kBadInput} for negative numbers, and Error{kUnavailable} when the memory is not there.
  Matrix(Index rows, Index cols) : rows_(rows), cols_(cols), values_(matrix_size(rows, cols)) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  float* row(Index i) { return data() + i * cols_; }
  const float* row(Index i) const { return data() + i * cols_; }
  float& operator()(Index i, Index j) { return row(i)[j]; }
  float operator()(Index i, Index j) const { return row(i)[j]; }

  MatrixView view() const { return {data(), rows_, cols_, cols_}; }
  MatrixSpan span() { return {data(), rows_, cols_, cols_}; }
  operator MatrixView() const { return view(); }

 private:
  Index rows_ = 0, cols_ = 0;
  std::vector<float, PageAllocator<float>> values_;
};

}  // namespace vec2vec
