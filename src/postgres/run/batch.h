// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "postgres/run/state.h"
#include "vec2vec/matrix.h"

namespace vec2vec::postgres {

struct BatchCounts {
  Index translated = 0, zero_rows = 0;
};

/// Translates ranges of rows over one connection: binary COPY out, the map, binary COPY into a temporary table, one UPDATE.
/// Writers wait for the rows of an UPDATE until it is committed: a transaction takes as many rows as it can update in less than
/// half a second, found out as it goes.
class BatchTranslator {
 public:
  /// Prepares the session; the references must outlive the translator. A transaction has at most most_rows rows;
  /// first_rows: for the first one.
  BatchTranslator(Connection& connection, const Table& table, const Migration& migration, const Map& map, Index most_rows,
                  Index first_rows, bool skip_triggers);

  /// Of the range, the first rows that have a vector and no translation, in one transaction; afterwards `rest` begins behind
  /// them. At the end of the range the transaction notes that the range is done, and `rest` is empty.
  BatchCounts translate(std::optional<Range>& rest);

  /// All such rows of the range within the caller's transaction; the range's note is not touched. Throws Error{kBadInput} when
  /// a row does not take its translation.
  BatchCounts translate_rows(const Range& range);

  /// How many rows one transaction takes by now.
  Index rows_at_once() const { return limit_; }

 private:
  std::string within(const std::string& table, const Range& range) const;
  std::string untranslated(const Range& range) const;
  Range first_part(const Range& rest);
  Index update(const Range& range, Index rows);
  void fit_limit(Index rows);

  Connection& c_;
  const Table& table_;
  const Migration& migration_;
  const Map& map_;
  const Index most_rows_;
  Index limit_;
  std::chrono::steady_clock::time_point update_start_;
  // Kept from batch to batch: fresh memory costs a fault for each page.
  std::string in_, out_;
  Matrix x_, y_;  ///< (most rows so far, dim of the source), (likewise, dim of the target)
};

}  // namespace vec2vec::postgres
