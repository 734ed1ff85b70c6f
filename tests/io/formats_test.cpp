// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>

#include "core/random.h"
#include "io/binary/half.h"
#include "io/file/atomic_file.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

Matrix sample_rows(Index rows, Index dim) {
  Random random(4);
  Matrix m(rows, dim);
  for (Index i = 0; i < rows * dim; ++i) m.data()[i] = static_cast<float>(random.normal());
  return m;
}

void write_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void save(const std::string& path, const Matrix& m, ValueType type = ValueType::kFloat32) {
  const auto sink = create_rows(path, m.rows(), m.cols(), {format_of_name(path), type, true});
  sink->write(m.view().middle_rows(0, 3));
  sink->write(m.view().middle_rows(3, m.rows() - 3));
  sink->commit();
}

TEST(Half, RoundTripsEveryValueAndRoundsToNearestEven) {
  for (std::uint32_t h = 0; h < 65536; ++h) {
    const float f = half_to_float(static_cast<std::uint16_t>(h));
    if (std::isnan(f)) continue;
    EXPECT_EQ(float_to_half(f), h);
  }
  EXPECT_EQ(half_to_float(0x3C00), 1.0f);
  EXPECT_EQ(half_to_float(0x0001), 0x1.0p-24f);
  EXPECT_EQ(float_to_half(1.0f + 0x1.0p-11f), 0x3C00);  // a tie goes to even
  EXPECT_EQ(float_to_half(1.0f + 3 * 0x1.0p-11f), 0x3C02);
  EXPECT_EQ(float_to_half(1e6f), 0x7C00);
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::nanf("")))));
}

Matrix scaled(const Matrix& m, float factor) {
  Matrix out(m.rows(), m.cols());
  for (Index i = 0; i < m.rows() * m.cols(); ++i) out.data()[i] = factor * m.data()[i];
  return out;
}

TEST(Formats, EveryFormatRoundTrips) {
  TempDir dir;
  const Matrix m = sample_rows(300, 7);
  for (const char* name : {"a.npy", "a.safetensors", "a.fvecs", "a.csv", "a.tsv", "a.ndjson", "a.f32"}) {
    const std::string path = dir.path(name);
    save(path, m);
    const auto source = open_rows(path, {.raw_dim = std::string(name) == "a.f32" ? 7 : 0, .tensor = {}});
    ASSERT_EQ(source->rows(), 300) << name;
    ASSERT_EQ(source->dim(), 7) << name;
    const Matrix back = read_all(*source);
    EXPECT_EQ(0, std::memcmp(back.data(), m.data(), sizeof(float) * 300 * 7)) << name;
    Matrix part(2, 7);  // a block from the middle
    source->read(270, part.span());
    EXPECT_EQ(0, std::memcmp(part.data(), m.row(270), sizeof(float) * 14)) << name;
  }
}

TEST(Formats, AFileWithAHeaderIsNoHeaderlessFloat32) {
  TempDir dir;
  for (const char* name : {"a.npy", "a.safetensors"}) {
    save(dir.path(name), sample_rows(20, 8));
    try {
      open_rows(dir.path(name), {.raw_dim = 4, .tensor = {}});
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("is no headerless float32"), std::string::npos) << error.what();
    }
  }
}

TEST(Formats, HeaderlessFloat64IsNotReadAsFloat32) {
  TempDir dir;
  const Matrix m = sample_rows(20, 8);
  const std::string path = dir.path("a.f32");
  for (const bool from_float : {false, true}) {
    std::string doubles;
    for (Index i = 0; i < m.rows() * m.cols(); ++i) {
      const double value = from_float ? static_cast<double>(m.data()[i]) : std::sin(static_cast<double>(i + 1));
      doubles.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    write_bytes(path, doubles);
    try {
      open_rows(path, {.raw_dim = 8, .tensor = {}});
      ADD_FAILURE() << from_float;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("holds float64"), std::string::npos) << error.what();
    }
  }
  const Matrix small = scaled(m, 1e-6f), large = scaled(m, 1e3f);
  for (const Matrix* rows : {&m, &small, &large}) {
    write_bytes(path, {reinterpret_cast<const char*>(rows->data()), static_cast<std::size_t>(rows->rows() * rows->cols()) * 4});
    EXPECT_EQ(open_rows(path, {.raw_dim = 8, .tensor = {}})->rows(), 20);
  }
}

TEST(Formats, ANameThatTheFormatCannotHaveIsRefused) {
  TempDir dir;
  save(dir.path("a.npy"), sample_rows(20, 8));
  save(dir.path("a.safetensors"), sample_rows(20, 8));
  const auto fault = [&](const char* name, const OpenOptions& options) -> std::string {
    try {
      open_rows(dir.path(name), options);
      return "";
    } catch (const Error& error) {
      return error.what() + error.hint();
    }
  };
  EXPECT_NE(fault("a.npy", {.tensor = "x"}).find("no named tensors"), std::string::npos);
  EXPECT_NE(fault("a.npy", {.field = "x"}).find("no named fields"), std::string::npos);
  EXPECT_NE(fault("a.safetensors", {.field = "x"}).find("`OpenOptions::field`"), std::string::npos);
  EXPECT_EQ(fault("a.safetensors", {.tensor = "vectors", .field = "vectors"}), "") << "one of two may be for another format";
}

TEST(Formats, HalfPrecisionIsRounded) {
  TempDir dir;
  const Matrix m = sample_rows(20, 5);
  for (const char* name : {"h.npy", "h.safetensors"}) {
    save(dir.path(name), m, ValueType::kFloat16);
    const auto source = open_rows(dir.path(name));
    EXPECT_EQ(source->dtype(), "float16");
    const Matrix back = read_all(*source);
    for (Index i = 0; i < 100; ++i) EXPECT_NEAR(back.data()[i], m.data()[i], 1e-3 * (1 + std::abs(m.data()[i])));
  }
}

TEST(Formats, NpyFortranOrderAndFloat64) {
  TempDir dir;
  std::string header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }";
  header.resize(117, ' ');
  header += '\n';
  std::string bytes = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header;
  for (double v : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}) bytes.append(reinterpret_cast<const char*>(&v), 8);
  write_bytes(dir.path("f.npy"), bytes);
  const Matrix m = read_all(*open_rows(dir.path("f.npy")));
  EXPECT_EQ(m(0, 0), 1);
  EXPECT_EQ(m(1, 0), 2);
  EXPECT_EQ(m(0, 1), 3);
  EXPECT_EQ(m(1, 2), 6);
}

TEST(Formats, TextWithHeaderAndBlankLines) {
  TempDir dir;
  write_bytes(dir.path("t"), "x;y\n1;2.5\r\n\n-3e2;+4\n");
  const Matrix m = read_all(*open_rows(dir.path("t")));
  ASSERT_EQ(m.rows(), 2);
  EXPECT_EQ(m(0, 1), 2.5f);
  EXPECT_EQ(m(1, 0), -300.0f);
  write_bytes(dir.path("ragged"), "1,2\n3\n");
  EXPECT_THROW(read_all(*open_rows(dir.path("ragged"))), Error);
  write_bytes(dir.path("mixed"), "x y\n1;2.5\n-3e2\t+4\n");
  EXPECT_THROW(read_all(*open_rows(dir.path("mixed"))), Error);
  write_bytes(dir.path("word"), "1,2\n3,x\n");
  EXPECT_THROW(read_all(*open_rows(dir.path("word"))), Error);
}

TEST(Formats, DecimalsBeyondFloat32AreInfiniteOrZero) {
  TempDir dir;
  write_bytes(dir.path("t"), "1e99,-1e999,1e-99,1e-40\n");
  const Matrix m = read_all(*open_rows(dir.path("t")));
  EXPECT_EQ(m(0, 0), std::numeric_limits<float>::infinity());
  EXPECT_EQ(m(0, 1), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(m(0, 2), 0.0f);
  EXPECT_EQ(m(0, 3), 1e-40f);
}

TEST(Formats, TruncatedFilesAreRefusedAtEveryLength) {
  TempDir dir;
  const Matrix m = sample_rows(4, 3);
  for (const char* name : {"a.npy", "a.safetensors"}) {
    save(dir.path(name), m);
    const std::string whole = read_bytes(dir.path(name));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      write_bytes(dir.path("cut"), whole.substr(0, length));
      EXPECT_THROW(read_all(*open_rows(dir.path("cut"))), Error) << name << " cut to " << length;
    }
  }
  save(dir.path("a.fvecs"), m);
  write_bytes(dir.path("cut"), read_bytes(dir.path("a.fvecs")).substr(0, 50));
  EXPECT_THROW(open_rows(dir.path("cut")), Error);
}

TEST(Formats, ForeignAndHugeHeadersAreRefused) {
  TempDir dir;
  Random random(8);
  std::string noise(4096, 0);
  for (char& c : noise) c = static_cast<char>(random.bits());
  noise[0] = '\x89';
  auto npy = [](std::string header) {
    header.resize(118, ' ');
    return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + std::string(64, 'x');
  };
  const std::string bad[] = {std::string(),
                             noise,
                             "\x89PNG\r\n\x1a\n" + std::string(100, '\0'),
                             "some words only\nand more\n",
                             npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
                             npy("{'descr': '<f4', 'fortran_order': True, 'shape': (9223372036854775807, 2), }"),
                             npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 2), }"),
                             npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }"),
                             npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"),
                             npy("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 2), }"),
                             npy("{'descr': "),
                             npy("{'shape': (2, 2)}"),
                             std::string("\xff\xff\xff\x7f\0\0\0\0{\"a\":", 13),
                             std::string("\x10\0\0\0\0\0\0\0{\"a\": nonsense}", 24)};
  for (const std::string& bytes : bad) {
    write_bytes(dir.path("bad"), bytes);
    EXPECT_THROW(read_all(*open_rows(dir.path("bad"))), Error) << bytes.substr(0, 100);
  }
  EXPECT_THROW(open_rows(dir.path("missing")), Error);
  EXPECT_THROW(open_rows(dir.path("")), Error);
}

TEST(Sink, LeavesNothingWithoutCommitAndRefusesToOverwrite) {
  TempDir dir;
  const Matrix m = sample_rows(4, 3);
  const std::string path = dir.path("out.npy");
  { create_rows(path, 4, 3)->write(m); }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path("")));
  save(path, m);
  EXPECT_THROW(create_rows(path, 4, 3), Error);
  const auto sink = create_rows(path, 4, 3, {FileFormat::kNpy, ValueType::kFloat32, true});
  sink->write(m.view().middle_rows(0, 2));
  EXPECT_THROW(sink->commit(), Error);
  EXPECT_EQ(read_all(*open_rows(path)).rows(), 4);
}

/// The kind of the Error that call ends with; anything else that it throws fails the test.
ErrorKind kind_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::kInterrupted;
}

TEST(Formats, NothingButErrorLeavesASinkOrASource) {
  TempDir dir;
  const Matrix m = sample_rows(10, 3);
  for (const char* name : {"a.npy", "a.csv", "a.ndjson"}) {
    const std::string path = dir.path(name);
    CreateOptions options{format_of_name(path)};
    options.provenance = [](const std::string&) -> std::string { throw std::out_of_range("of the caller"); };
    const auto sink = create_rows(path, 10, 3, options), whole = create_rows(path, 10, 3, options);
    set_file_step_hook([](const char*) -> int { throw std::bad_alloc(); });
    EXPECT_EQ(kind_of([&] { sink->write(m); }), ErrorKind::kUnavailable) << name;
    set_file_step_hook(nullptr);
    whole->write(m);
    EXPECT_EQ(kind_of([&] { whole->commit(); }), ErrorKind::kInternal) << name;

    save(path, m);
    const auto source = open_rows(path);
    Matrix out(4, 3), wide(1, 4);
    for (const Index first : {Index{-1}, Index{7}, Index{10}})
      EXPECT_EQ(kind_of([&] { source->read(first, out.span()); }), ErrorKind::kInternal) << name << " from row " << first;
    EXPECT_EQ(kind_of([&] { source->read(0, wide.span()); }), ErrorKind::kInternal) << name;
  }
}

}  // namespace
}  // namespace vec2vec
