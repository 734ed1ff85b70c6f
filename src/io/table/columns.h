// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "io/table/layout.h"
#include "io/table/sample.h"

namespace vec2vec {

/// A layout found in a sample, or why there is none.
struct TextAttempt {
  TextLayout layout;
  TextFault fault;      ///< of the first row, or of the whole table
  bool in_row = false;  ///< the fault is that of the first row
  bool ragged = false;  ///< half of the rows have other numbers of columns: perhaps another separator is right
  Index figures = 0;    ///< numbers a row, as far as the sample shows them
};

/// Chooses the columns that hold the vectors. name: the column asked for; empty = the only one. sample has rows.
TextAttempt choose_columns(const TextSample& sample, const std::string& name);

}  // namespace vec2vec
