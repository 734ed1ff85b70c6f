// SPDX-License-Identifier: Apache-2.0
#include "core/text/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "core/text/layout.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Number, ReadsWholeTextsOnly) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("+2"), 2);
  EXPECT_EQ(parse_number("-1e3"), -1000);
  EXPECT_EQ(parse_number(".25"), 0.25);
  for (const char* text : {"", "+", "-", "+-1", "1,5", "1.5 ", " 1.5", "1.5x", "0x10", "one", "1e", "--1"})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

TEST(Number, WhatNoDoubleHoldsIsInfiniteOrZero) {
  EXPECT_EQ(parse_number("1e999"), kInfinity);
  EXPECT_EQ(parse_number("-1e999"), -kInfinity);
  EXPECT_EQ(parse_number("1e-999"), 0);
  EXPECT_TRUE(std::signbit(*parse_number("-1e-999")));
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse_number(std::string(400, '9')), kInfinity);
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + "1e800"), kInfinity);
  EXPECT_EQ(parse_number("1" + std::string(400, '0') + "e-800"), 0);
  EXPECT_EQ(parse_number("1e99999999999999999999"), kInfinity);
  EXPECT_EQ(parse_number("1e-99999999999999999999"), 0);
}

TEST(Number, FloatsEndWhereTheTextDoes) {
  const auto read = [](const std::string& text) {
    float value = -1;
    const char* end = read_decimal(text.data(), text.data() + text.size(), value);
    return std::pair{value, end ? end - text.data() : -1};
  };
  EXPECT_EQ(read("1.5,2"), (std::pair<float, std::ptrdiff_t>{1.5f, 3}));
  EXPECT_EQ(read("x").second, -1);
  EXPECT_EQ(read("1e39]"), (std::pair<float, std::ptrdiff_t>{std::numeric_limits<float>::infinity(), 4}));
  EXPECT_EQ(read("-1e39").first, -std::numeric_limits<float>::infinity());
  EXPECT_EQ(read("1e-60").first, 0);
  EXPECT_EQ(read("1e-45").first, std::numeric_limits<float>::denorm_min());
}

TEST(Number, ShortestReadsBackAsTheSame) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const double x = std::bit_cast<double>(random.bits());
    if (!std::isfinite(x)) continue;
    EXPECT_EQ(parse_number(shortest(x)), x) << shortest(x);
  }
}

TEST(Number, Texts) {
  EXPECT_EQ(fixed(0.12345, 3), "0.123");
  EXPECT_EQ(fixed(-2.5, 0), "-2");
  EXPECT_EQ(fixed(1e300, 1).size(), 303u);
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(significant(0.00012345, 2), "0.00012");
  EXPECT_EQ(significant(12345, 2), "1.2e+04");
  EXPECT_EQ(significant(2.5, 4), "2.5");
  EXPECT_EQ(figure(0.5), "0.5000");
  EXPECT_EQ(figure(0.00001), "1.0e-05");
  EXPECT_EQ(figure(123.456), "123.46");
  EXPECT_EQ(figure(1234.56), "1234.6");
  EXPECT_EQ(figure(-1e-13), "0.0000");
  EXPECT_EQ(figure(std::nan("")), "-");
}

TEST(Layout, PutsFieldsInTheirPlaces) {
  EXPECT_EQ(laid_out("{} of {}: {<5}|{>4}|", 1, std::string("two"), "ab", 7u), "1 of two: ab   |   7|");
  EXPECT_EQ(laid_out("{<4}|", "Mü"), "Mü  |") << "a character may have more bytes than one";
  EXPECT_EQ(laid_out("{>2}", "long"), "long");
  EXPECT_EQ(laid_out("100 %"), "100 %");
  EXPECT_EQ(laid_out("{}", "{}"), "{}") << "fields are no patterns";
  EXPECT_THROW(laid_out("{} {}", 1), Error);
}

}  // namespace
}  // namespace vec2vec
