// SPDX-License-Identifier: Apache-2.0
#include "space/check_rows.h"

#include <gtest/gtest.h>

#include <limits>

#include "random_matrix.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

TEST(CheckRows, NamesTheFirstRowThatIsNotFinite) {
  Matrix rows = random_matrix(6, 3, 1);
  EXPECT_NO_THROW(require_finite_rows(rows, "a.npy"));
  rows(5, 0) = std::numeric_limits<float>::quiet_NaN();
  rows(4, 2) = -std::numeric_limits<float>::infinity();
  try {
    require_finite_rows(rows, "a.npy", 100);
    FAIL() << "infinity was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_EQ(error.where(), "a.npy, row 104");
    EXPECT_NE(error.hint(), "");
  }
}

}  // namespace
}  // namespace vec2vec
