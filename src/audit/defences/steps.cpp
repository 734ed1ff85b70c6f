// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "audit/defences/keyed_random.h"
#include "core/boundary.h"
#include "core/matrix/blas.h"
#include "core/matrix/gemm.h"
#include "core/parallel.h"
#include "io/file/mapped_file.h"
#include "vec2vec/defend.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kLargestDim = 65536;

struct Name {
  DefenceKind kind;
  const char* text;
  bool has_value;
};
constexpr Name kNames[] = {{DefenceKind::kRotate, "rotate", false},  {DefenceKind::kPermute, "permute", false},
                           {DefenceKind::kProject, "project", true}, {DefenceKind::kTruncate, "truncate", true},
                           {DefenceKind::kNoise, "noise", true},     {DefenceKind::kQuantise, "quantise", true}};

const Name& name_of(DefenceKind kind) {
  return *std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& name) { return name.kind == kind; });
}

DefenceKey sha256(const void* bytes, std::size_t size) {
  DefenceKey key;
  unsigned length = 0;
  if (EVP_Digest(bytes, size, key.data(), &length, EVP_sha256(), nullptr) != 1 || length != key.size())
    throw Error(ErrorKind::kInternal, "SHA-256 failed");
  return key;
}

[[noreturn]] void bad_step(const std::string& what, const std::string& step) {
  bad_input(what, step, "steps are rotate, permute, project=COLUMNS, truncate=COLUMNS, noise=PART and quantise=BITS");
}

void check_step(const DefenceStep& step, const std::string& where) {
  const auto whole = [&](double least, double most, const char* what) {
    if (!(step.value >= least && step.value <= most) || step.value != std::floor(step.value)) bad_step(what, where);
  };
  switch (step.kind) {
    case DefenceKind::kProject:
    case DefenceKind::kTruncate:
      whole(1, kLargestDim, "needs a whole number of columns in 1 .. 65536");
      break;
    case DefenceKind::kQuantise:
      whole(1, 16, "needs a whole number of bits in 1 .. 16");
      break;
    case DefenceKind::kNoise:
      if (!(step.value > 0 && step.value <= 100)) bad_step("needs a part of the row's norm, above 0 and at most 100", where);
      break;
    default:
      break;
  }
}

/// An orthogonal matrix (dim, dim), uniform over all (Mezzadri 2007: QR of a Gaussian matrix, signs of R's diagonal put right).
Matrix random_rotation(Index dim, KeyedRandom& random) {
  const OneBlasThread one_thread;
  Matrix q(dim, dim);
  for (Index i = 0; i < dim * dim; ++i) q.data()[i] = static_cast<float>(random.normal());
  std::vector<float> tau(static_cast<std::size_t>(dim)), sign(static_cast<std::size_t>(dim));
  const int n = static_cast<int>(dim);
  int info = LAPACKE_sgeqrf(LAPACK_ROW_MAJOR, n, n, q.data(), n, tau.data());
  for (Index c = 0; c < dim; ++c) sign[static_cast<std::size_t>(c)] = q(c, c) < 0 ? -1.0f : 1.0f;
  if (info == 0) info = LAPACKE_sorgqr(LAPACK_ROW_MAJOR, n, n, n, q.data(), n, tau.data());
  if (info != 0) throw Error(ErrorKind::kInternal, "the QR decomposition failed");
  for (Index i = 0; i < dim; ++i)
    for (Index c = 0; c < dim; ++c) q(i, c) *= sign[static_cast<std::size_t>(c)];
  return q;
}

/// The matrix (dim, new dim) of a linear step.
Matrix linear_step(const DefenceStep& step, Index dim, KeyedRandom& random) {
  const auto columns = static_cast<Index>(step.value);
  if (step.kind == DefenceKind::kRotate) return random_rotation(dim, random);
  if (step.kind == DefenceKind::kPermute) {
    std::vector<Index> order(static_cast<std::size_t>(dim));
    for (Index i = 0; i < dim; ++i) order[static_cast<std::size_t>(i)] = i;
    for (Index i = dim; i > 1; --i)
      std::swap(order[static_cast<std::size_t>(i - 1)], order[static_cast<std::size_t>(random.below(i))]);
    Matrix m(dim, dim);
    for (Index i = 0; i < dim; ++i) m(order[static_cast<std::size_t>(i)], i) = 1;
    return m;
  }
  Matrix m(dim, columns);
  if (step.kind == DefenceKind::kTruncate) {
    for (Index i = 0; i < columns; ++i) m(i, i) = 1;
  } else {
    const double scale = 1 / std::sqrt(static_cast<double>(columns));
    for (Index i = 0; i < dim * columns; ++i) m.data()[i] = static_cast<float>(scale * random.normal());
  }
  return m;
}

bool is_linear(DefenceKind kind) { return kind != DefenceKind::kNoise && kind != DefenceKind::kQuantise; }

void add_noise(float* row, Index dim, double part, KeyedRandom& random) {
  double square = 0;
  for (Index c = 0; c < dim; ++c) square += static_cast<double>(row[c]) * row[c];
  const double sigma = part * std::sqrt(square / static_cast<double>(dim));
  for (Index c = 0; c < dim; ++c) row[c] += static_cast<float>(sigma * random.normal());
}

void quantise(float* row, Index dim, int bits) {
  float largest = 0, sum = 0;
  for (Index c = 0; c < dim; ++c) {
    largest = std::max(largest, std::abs(row[c]));
    sum += std::abs(row[c]);
  }
  if (largest == 0) return;
  if (bits == 1) {
    for (Index c = 0; c < dim; ++c) row[c] = std::copysign(sum / static_cast<float>(dim), row[c]);
    return;
  }
  const float steps = static_cast<float>((1 << (bits - 1)) - 1), size = largest / steps;  // -steps .. steps
  for (Index c = 0; c < dim; ++c) row[c] = std::round(row[c] / size) * size;
}

}  // namespace

std::vector<DefenceStep> parse_defence(const std::string& text) try {
  std::vector<DefenceStep> steps;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin), word = part.substr(0, part.find('='));
    begin = end + 1;
    const auto name = std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& n) { return word == n.text; });
    if (name == std::end(kNames)) bad_step("there is no such step", part.empty() ? "(empty)" : part);
    DefenceStep step{name->kind, 0};
    if (name->has_value != (word.size() < part.size())) bad_step(name->has_value ? "needs a value" : "takes no value", part);
    if (name->has_value) {
      const char *first = part.data() + word.size() + 1, *last = part.data() + part.size();
      const auto [stop, error] = std::from_chars(first, last, step.value);
      if (error != std::errc() || stop != last) bad_step("the value is no number", part);
    }
    check_step(step, part);
    steps.push_back(step);
  }
  return steps;
} catch (...) {
  rethrow_as_error();
}

std::string to_string(const std::vector<DefenceStep>& steps) {
  std::string text;
  for (const DefenceStep& step : steps) {
    const Name& name = name_of(step.kind);
    if (!text.empty()) text += ',';
    text += name.text;
    char number[32];
    if (name.has_value) text.append("=").append(number, std::to_chars(number, number + sizeof number, step.value).ptr);
  }
  return text;
}

DefenceKey key_of_file(const std::string& path) try {
  const MappedFile file(path);
  if (file.size() < 16) bad_input("a key needs at least 16 bytes", path, "make one: head -c 32 /dev/urandom > key");
  return sha256(file.data(), file.size());
} catch (...) {
  rethrow_as_error();
}

DefenceKey key_of_seed(std::uint64_t seed) try {
  const std::string text = "vec2vec defend, seed " + std::to_string(seed);
  return sha256(text.data(), text.size());
} catch (...) {
  rethrow_as_error();
}

Defence::Defence(std::vector<DefenceStep> steps, Index dim, const DefenceKey& key) try
    : source_dim_(dim), dim_(dim), key_(key) {
  if (dim < 1 || dim > kLargestDim)
    bad_input("there are rows of " + std::to_string(dim) + " columns", {}, "1 .. 65536 columns");
  if (steps.empty()) bad_input("a defence needs at least one step");
  std::uint32_t number = 0;
  for (const DefenceStep& step : steps) {
    const std::string where = to_string({step});
    check_step(step, where);
    ++number;
    if (!is_linear(step.kind)) {
      stages_.push_back({{}, step, number});
      continue;
    }
    if (step.kind == DefenceKind::kTruncate && step.value > static_cast<double>(dim_))
      bad_step("the rows have only " + std::to_string(dim_) + " columns here", where);
    parallel_for(1, 1, [&](Index) {  // inside it BLAS has one thread, and the bytes depend on the key only
      KeyedRandom random(key_, number);
      Matrix matrix = linear_step(step, dim_, random);
      dim_ = matrix.cols();
      if (!stages_.empty() && stages_.back().matrix.rows() > 0)
        stages_.back().matrix = product(stages_.back().matrix, matrix);
      else
        stages_.push_back({std::move(matrix), step, number});
    });
  }
} catch (...) {
  rethrow_as_error();
}

void Defence::apply(MatrixView in, Index first_row, MatrixSpan out) const try {
  Matrix rows(in.rows, in.cols);
  for (Index i = 0; i < in.rows; ++i) std::copy_n(in.row(i), in.cols, rows.row(i));
  for (const Stage& stage : stages_) {
    if (stage.matrix.rows() > 0) {
      rows = product(rows, stage.matrix);
      continue;
    }
    for (Index i = 0; i < rows.rows(); ++i) {
      if (stage.step.kind == DefenceKind::kQuantise) {
        quantise(rows.row(i), rows.cols(), static_cast<int>(stage.step.value));
      } else {
        KeyedRandom random(key_, stage.number, static_cast<std::uint64_t>(first_row + i));
        add_noise(rows.row(i), rows.cols(), stage.step.value, random);
      }
    }
  }
  for (Index i = 0; i < rows.rows(); ++i) std::copy_n(rows.row(i), rows.cols(), out.row(i));
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
