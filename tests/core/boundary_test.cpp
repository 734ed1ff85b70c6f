// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "core/tell.h"
#include "vec2vec/error.h"
#include "vec2vec/matrix.h"

namespace vec2vec {
namespace {

/// The Error that comes of what work throws.
template <class Work>
Error error_of(const Work& work) {
  try {
    try {
      work();
    } catch (...) {
      rethrow_as_error();
    }
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("nothing was thrown");
}

TEST(Boundary, OnlyErrorsPass) {
  EXPECT_EQ(error_of([] { bad_input("as it is", "here", "there"); }).hint(), "there");
  EXPECT_EQ(error_of([] { throw std::bad_alloc(); }).kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(error_of([] { throw std::logic_error("a fault"); }).kind(), ErrorKind::kInternal);
  EXPECT_EQ(error_of([] { throw 17; }).kind(), ErrorKind::kInternal);
  const Error file = error_of([] { static_cast<void>(std::filesystem::file_size("/no/such/file")); });
  EXPECT_EQ(file.kind(), ErrorKind::kBadInput);
  EXPECT_EQ(file.where(), "/no/such/file");
  const Error threads =
      error_of([] { throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again)); });
  EXPECT_EQ(threads.kind(), ErrorKind::kUnavailable);
  EXPECT_NE(threads.hint(), "");
}

TEST(Boundary, TheOriginalIsNestedInTheError) {
  struct Own : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  try {
    try {
      throw Own("mine");
    } catch (...) {
      rethrow_as_error();
    }
  } catch (const Error& error) {
    EXPECT_THROW(std::rethrow_if_nested(error), Own);
    return;
  }
  FAIL();
}

TEST(Boundary, SystemFailuresTellWhatToDo) {
  const auto failed = [](int error) { return error_of([&] { system_failure("cannot write", "f", error); }); };
  EXPECT_EQ(failed(ENOSPC).kind(), ErrorKind::kUnavailable);
  EXPECT_NE(failed(ENOSPC).hint().find("space"), std::string::npos);
  EXPECT_EQ(failed(EACCES).kind(), ErrorKind::kBadInput);
  EXPECT_NE(failed(EACCES).hint().find("permissions"), std::string::npos);
  EXPECT_EQ(failed(EIO).kind(), ErrorKind::kUnavailable);
}

TEST(Tell, AProgressFunctionEndsTheWork) {
  EXPECT_NO_THROW(tell({}, "stage", 0));
  EXPECT_NO_THROW(tell([](std::string_view, double) { return true; }, "stage", 0));
  const Error no = error_of([] { tell([](std::string_view, double) { return false; }, "stage", 0, "here", "again"); });
  EXPECT_EQ(no.kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(no.hint(), "again");
  const Progress throws = [](std::string_view, double) -> bool { throw std::runtime_error("enough"); };
  const Error thrown = error_of([&] { tell(throws, "stage", 0); });
  EXPECT_EQ(thrown.kind(), ErrorKind::kInterrupted);
  EXPECT_NE(thrown.message().find("enough"), std::string::npos);
  const Progress own = [](std::string_view, double) -> bool { bad_input("of its own"); };
  EXPECT_EQ(error_of([&] { tell(own, "stage", 0); }).message(), "Of its own.");
  const Progress strange = [](std::string_view, double) -> bool { throw 1; };
  EXPECT_EQ(error_of([&] { tell(strange, "stage", 0); }).kind(), ErrorKind::kInterrupted);
}

TEST(Matrix, ThatDoesNotFitIsAnError) {
  EXPECT_EQ(error_of([] { Matrix(-1, 3); }).kind(), ErrorKind::kBadInput);
  EXPECT_EQ(error_of([] { Matrix(Index{1} << 40, Index{1} << 40); }).kind(), ErrorKind::kBadInput);
  const Error large = error_of([] { Matrix(Index{1} << 30, Index{1} << 30); });
  EXPECT_EQ(large.kind(), ErrorKind::kUnavailable);
  EXPECT_NE(large.message().find("MiB"), std::string::npos);
  EXPECT_EQ(Matrix(0, 5).rows(), 0);
}

TEST(Matrix, AViewOfThreeNumbersHasItsRowsOneBehindTheOther) {
  const float values[6] = {0, 1, 2, 3, 4, 5};
  EXPECT_EQ(MatrixView(values, 2, 3).row(1)[0], 3);
  EXPECT_EQ(MatrixView(values, 2, 2, 4).row(1)[0], 4);
  const MatrixView braces{values, 3, 2};
  EXPECT_EQ(braces.row(2)[1], 5);
  float writable[4] = {0, 1, 2, 3};
  EXPECT_EQ(MatrixSpan(writable, 2, 2).row(1)[0], 2);
  EXPECT_EQ(MatrixView().rows, 0);
}

}  // namespace
}  // namespace vec2vec
