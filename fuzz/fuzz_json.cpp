// SPDX-License-Identifier: Apache-2.0
// JSON as a user would read it: objects and lists a line, lists of records, nested fields, vectors as text. Only vec2vec::Error
// may come out; what is read is written as NDJSON with the other fields carried over, and has to be read back the same.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "memory_file.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace {

using namespace vec2vec;

const char* const kPrefixes[] = {"",
                                 "{\"v\":[1,2]}\n",
                                 "{\"a\":{\"b\":[{\"c\":[1,2]}]}}\n",
                                 "[1,2]\n",
                                 "[[1,2],",
                                 "[{\"v\":[1,2]},",
                                 "[\n {\"v\": \"AACAPwAAIMA=\"},\n",
                                 "\xEF\xBB\xBF{\"embedding\":\"[1,2]\"}\r\n",
                                 "{\n \"data\": [",
                                 "[[0],{\"x\":[1,2]}]\n"};
const char* const kFields[] = {"", "", "", "v", "a.b[0].c", "embedding", "[1].x", "a.b.0.c"};

void check_copy(RowSource& source, const Matrix& rows, const OpenOptions& options) {
  static const std::string path = "/dev/shm/fuzz-json-" + std::to_string(getpid()) + ".ndjson";
  CreateOptions create;
  create.format = FileFormat::kNdjson;
  create.overwrite = true;
  create.carry = &source;
  const auto sink = create_rows(path, rows.rows(), rows.cols(), create);
  sink->write(rows);
  sink->commit();
  const Matrix copy = read_all(*open_rows(path, options));
  if (copy.rows() != rows.rows() || copy.cols() != rows.cols()) std::abort();
  if (std::memcmp(copy.data(), rows.data(), static_cast<std::size_t>(rows.rows() * rows.cols()) * sizeof(float)) != 0)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes = kPrefixes[data[0] % std::size(kPrefixes)];
  bytes.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  const MemoryFile file(bytes);
  try {
    const OpenOptions options{.field = kFields[data[0] / std::size(kPrefixes) % std::size(kFields)]};
    const auto source = open_rows(file.path(), options);
    if (source->format() != "json" && source->format() != "ndjson") return 0;
    const Matrix rows = read_all(*source);
    try {
      check_copy(*source, rows, options);
    } catch (const Error& error) {
      if (error.message().find("NaN or infinite") == std::string::npos) std::abort();  // base64 may hold them
    }
  } catch (const Error&) {
  }
  return 0;
}
