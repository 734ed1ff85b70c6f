// SPDX-License-Identifier: Apache-2.0
#include "encode/partial_rows.h"

#include <cstring>
#include <vector>

namespace vec2vec {

PartialRows::PartialRows(const std::string& path, const std::string& identity, Index dim, bool restart)
    : dim_(dim),
      records_(path, identity, restart ? KeptRecords::OfAnother::kRestart : KeptRecords::OfAnother::kRefuse,
               [&](const std::string& bytes) {
                 const std::size_t row_bytes = static_cast<std::size_t>(dim) * sizeof(float);
                 if (bytes.size() % row_bytes != 0) return false;
                 rows_ += static_cast<Index>(bytes.size() / row_bytes);
                 return true;
               }) {}

void PartialRows::append(MatrixView block) {
  std::vector<float> rows(static_cast<std::size_t>(block.rows * dim_));
  for (Index i = 0; i < block.rows; ++i)
    std::memcpy(rows.data() + i * dim_, block.row(i), static_cast<std::size_t>(dim_) * sizeof(float));
  records_.append(rows.data(), rows.size() * sizeof(float));
  rows_ += block.rows;
}

void PartialRows::each(const std::function<void(MatrixView block)>& visit) {
  records_.rewind();
  for (Index seen = 0; seen < rows_;) {
    const std::string bytes = records_.next();
    Matrix block(static_cast<Index>(bytes.size() / sizeof(float)) / dim_, dim_);
    std::memcpy(block.data(), bytes.data(), bytes.size());
    visit(block);
    seen += block.rows();
  }
}

}  // namespace vec2vec
