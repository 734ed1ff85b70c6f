#pragma once
#include <string>

#include "postgres/state.h"
#include "vec2vec/matrix.h"

namespace vec2vec::postgres {

struct BatchCounts {
  Index translated = 0, zero_rows = 0;
};

/// Translates ranges of rows over one connection: binary COPY out, the map, binary COPY into a temporary table, one UPDATE.
class BatchTranslator {
 public:
  /// Prepares the session; the references must outlive the translator.
  BatchTranslator(Connection& connection, const Table& table, const Migration& migration, const Map& map, bool skip_triggers);

  /// The rows of the range that have a vector and no translation, with the note that the range is done, in one transaction.
  BatchCounts translate(const Range& range);

  /// The same rows within the caller's transaction; the range's note is not touched.
  BatchCounts translate_rows(const Range& range);

 private:
  std::string within(const std::string& table, const Range& range) const;

  Connection& c_;
  const Table& table_;
  const Migration& migration_;
  const Map& map_;
  // Kept from batch to batch: fresh memory costs a fault for each page.
  std::string in_, out_;
  Matrix x_, y_;  ///< (most rows so far, dim of the source), (likewise, dim of the target)
};

}  // namespace vec2vec::postgres
