// SPDX-License-Identifier: Apache-2.0
#include "io/file/provenance.h"

#include <gtest/gtest.h>

#include "core/text/json.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

TEST(Provenance, HoldsFileAndFactsReleaseAndTime) {
  const std::string text = provenance_text("rows of a test", "/some/folder/out.npy", "ab12", {{"rows", 3}, {"dim", 2}});
  EXPECT_EQ(text.back(), '\n');
  const auto json = parse_ordered_json(text);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"what", "file", "sha256", "rows", "dim", "library_version", "date"}));
  EXPECT_EQ(json["file"], "out.npy");
  EXPECT_EQ(json["sha256"], "ab12");
  EXPECT_EQ(json["library_version"], version());
  EXPECT_EQ(json["date"].get<std::string>().size(), std::string("2024-05-01T12:00:00Z").size());
}

}  // namespace
}  // namespace vec2vec
