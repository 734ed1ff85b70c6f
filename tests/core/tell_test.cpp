// SPDX-License-Identifier: Apache-2.0
#include "core/tell.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

TEST(Tell, PartsOfALongerJobCoverTheirShareOfIt) {
  std::string stage;
  double done = -1;
  const Progress whole = [&](std::string_view name, double part) {
    stage = name;
    done = part;
    return true;
  };
  EXPECT_TRUE(part_of(whole, 0.25, 0.5)("read", 0.5));
  EXPECT_EQ(stage, "read");
  EXPECT_DOUBLE_EQ(done, 0.5);
  EXPECT_TRUE(part_of(whole, 0.25, 0.5, "write texts")("read", 1));
  EXPECT_EQ(stage, "write texts");
  EXPECT_DOUBLE_EQ(done, 0.75);
  EXPECT_FALSE(part_of({}, 0, 1)) << "nothing is called when there is no progress function";
}

TEST(Tell, EndsTheWorkWhenTheFunctionSaysSoOrThrows) {
  const auto kind_of = [](const Progress& progress) {
    try {
      tell(part_of(progress, 0, 1), "read", 0, "a.npy", "again");
    } catch (const Error& error) {
      EXPECT_EQ(error.where(), "a.npy");
      EXPECT_EQ(error.hint(), "again");
      return error.kind();
    }
    return ErrorKind::kInternal;
  };
  EXPECT_EQ(kind_of([](std::string_view, double) { return false; }), ErrorKind::kInterrupted);
  EXPECT_EQ(kind_of([](std::string_view, double) -> bool { throw std::runtime_error("stop"); }), ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace vec2vec
