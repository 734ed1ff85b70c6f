// SPDX-License-Identifier: Apache-2.0
#include "core/text/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace vec2vec {
namespace {

TEST(JsonText, NeverThrows) {
  const nlohmann::ordered_json json = {{"path", "caf\xE9.npy"},
                                       {"k\xFFy", "\x80"},
                                       {"nan", std::nan("")},
                                       {"infinite", std::numeric_limits<double>::infinity()},
                                       {"half", 0.5}};
  EXPECT_EQ(json_text(json),
            "{\"path\":\"caf\uFFFD.npy\",\"k\uFFFDy\":\"\uFFFD\",\"nan\":null,\"infinite\":null,\"half\":0.5}");
  EXPECT_EQ(parse_ordered_json(json_text(json, 2))["half"], 0.5);
  EXPECT_EQ(json_text(nlohmann::json("\xE9")), "\"\uFFFD\"");
}

}  // namespace
}  // namespace vec2vec
