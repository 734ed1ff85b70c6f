#pragma once
#include <cstdint>
#include <vector>

namespace vec2vec {

using Index = std::int64_t;

/// Non-owning view of rows x cols float32 values; row i starts at data + i * stride.
struct MatrixView {
  const float* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  const float* row(Index i) const { return data + i * stride; }
  /// Rows first .. first + count - 1, no copy.
  MatrixView middle_rows(Index first, Index count) const { return {row(first), count, cols, stride}; }
};

/// The writable twin of MatrixView.
struct MatrixSpan {
  float* data = nullptr;
  Index rows = 0, cols = 0, stride = 0;

  float* row(Index i) const { return data + i * stride; }
  MatrixSpan middle_rows(Index first, Index count) const { return {row(first), count, cols, stride}; }
  operator MatrixView() const { return {data, rows, cols, stride}; }
};

/// Owning, row-major, contiguous float32 matrix; value-initialised to 0.
class Matrix {
 public:
  Matrix() = default;
  Matrix(Index rows, Index cols) : rows_(rows), cols_(cols), values_(static_cast<std::size_t>(rows * cols)) {}

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
  std::vector<float> values_;
};

}  // namespace vec2vec
