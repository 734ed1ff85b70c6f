// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <initializer_list>
#include <string>
#include <type_traits>

#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {

/// The bytes of a value, or of values in the order in which they are given.
template <class... Values>
std::string bytes_of(Values... values) {
  static_assert((std::is_trivially_copyable_v<Values> && ...));
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
  return bytes;
}

template <class Value>
std::string bytes_of_all(std::initializer_list<Value> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(Value)};
}

/// Writes files of any bytes and reads them as vectors.
class FileTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_.path(name), std::ios::binary) << bytes;
    return dir_.path(name);
  }
  Matrix rows_of(const std::string& name, const std::string& bytes, const OpenOptions& options = {}) {
    return read_all(*open_rows(write(name, bytes), options));
  }
  /// The text of the error that reading the bytes ends with.
  std::string error_of(const std::string& name, const std::string& bytes, const OpenOptions& options = {}) {
    try {
      rows_of(name, bytes, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
      return error.what();
    }
    return "no error";
  }
  void expect_error(const std::string& name, const std::string& bytes, const std::string& part,
                    const OpenOptions& options = {}) {
    const std::string error = error_of(name, bytes, options);
    EXPECT_NE(error.find(part), std::string::npos) << name << ": " << error;
  }

  TempDir dir_;
};

}  // namespace vec2vec
