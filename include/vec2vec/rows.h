// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"

// A source may be read on several threads at once; a sink, and opening and closing, is for one thread. Sources and sinks own
// their files. Exceptions of CreateOptions::provenance end commit() and come out of it (error.h); no file appears.
namespace vec2vec {

/// Rows of a file (or store), read in blocks as float32.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual Index rows() const = 0;
  virtual Index dim() const = 0;
  /// Short names for reports: "npy", "safetensors", "fvecs" ...; and "float16", "float32" ...
  virtual std::string format() const = 0;
  virtual std::string dtype() const = 0;
  /// What the user should know of how the file is read, such as columns of a table that are left out: clauses without a full
  /// stop.
  virtual std::vector<std::string> notes() const { return {}; }
  /// Reads rows first .. first + out.rows - 1 into out (out.rows, dim). Values are passed on as they are, NaN included.
  /// Throws Error{kBadInput} when the file is shorter than it says. Cost: O(out.rows * dim), no more memory than that.
  virtual void read(Index first, MatrixSpan out) = 0;
};

/// What cannot be guessed from a file's first bytes.
struct OpenOptions {
  Index raw_dim = 0;        ///< > 0: the file is headerless little-endian float32 with this many columns
  std::string tensor = {};  ///< safetensors, npz: name of the 2-d tensor to read; empty = the only one
  /// JSON: the path of the vector in a record, such as `embedding` or `response.body.data[0].embedding`; empty = the field
  /// `embedding`, else `vector`, else the only list of numbers among the fields, else the only one anywhere in the record. A
  /// table of text: the column of the vectors, where several hold lists of numbers.
  std::string field = {};
  /// Also read integers of more than 8 bits (npy, npz, safetensors), which are refused as vectors: numbers of rows. Those
  /// beyond 2^24 are rounded.
  bool integers = false;

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// Opens a vector file. The format is told from its content (magic bytes, then the shape of its records); the name tells only
/// what the content cannot: u8bin from i8bin, fvecs from ivecs. Throws Error{kBadInput} for missing, truncated and empty files,
/// and for foreign ones, naming their format where it is known and what converts it.
std::unique_ptr<RowSource> open_rows(const std::string& path, const OpenOptions& options = {});

/// What the user should know of a source before it is used: its notes(), and a first or last column that counts upwards as ids
/// do, by the first 1,000 rows. Throws as read does.
std::vector<std::string> notes_on(RowSource& source);

/// Names of the 2-d tensors of a safetensors file or npz archive, numbers in them compared as numbers (layer.2 before
/// layer.10); empty for a file of another format.
std::vector<std::string> list_tensors(const std::string& path);

/// Reads a whole source into memory: (rows, dim).
Matrix read_all(RowSource& source);

/// Writes rows one block after another; the file appears under its name only in commit(), whole and synced to disk.
/// A sink destroyed without commit leaves nothing behind.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Appends block (any number of rows, dim columns).
  virtual void write(MatrixView block) = 0;
  /// Finishes: flush, fsync, rename. Throws Error on a full disk or a wrong row count.
  virtual void commit() = 0;
};

enum class FileFormat { kNpy, kSafetensors, kFvecs, kCsv, kTsv, kNdjson, kRaw };
enum class ValueType { kFloat32, kFloat16 };

struct CreateOptions {
  FileFormat format = FileFormat::kNpy;
  ValueType type = ValueType::kFloat32;   ///< npy and safetensors only
  bool overwrite = false;                 ///< false: an existing file is an error
  std::vector<std::string> columns = {};  ///< CSV and TSV: names for the first line; empty = e0, e1, e2, ...
  /// The source of the rows to come, in its order, which lives as long as the sink: formats that have more than numbers take
  /// the rest of each row from it. NDJSON from NDJSON only.
  const RowSource* carry = nullptr;
  /// Makes the text of the file's provenance from the SHA-256 of its bytes. It appears as path + ".provenance.json" together
  /// with the file; no crash leaves the file with the provenance of another. Empty = none.
  std::function<std::string(const std::string& sha256)> provenance = {};
};

/// Format by the ending of path (.npy .safetensors .fvecs .csv .tsv .ndjson/.jsonl .bin/.raw/.f32); throws Error{kBadInput} for
/// any other.
FileFormat format_of_name(const std::string& path);
/// The same for what is made of the file `source`. When the ending is none of these, and the source cannot be opened either,
/// the error is that of the source: of another kind of store both are, and the source is what has to be mended.
FileFormat format_of_name(const std::string& path, const std::string& source, const OpenOptions& options);

/// Starts a file of exactly rows x dim values.
std::unique_ptr<RowSink> create_rows(const std::string& path, Index rows, Index dim, const CreateOptions& options = {});

/// SHA-256 of a file's bytes as 64 lower-case hexadecimal digits. Throws Error{kBadInput} when the file cannot be read.
std::string file_sha256(const std::string& path);

}  // namespace vec2vec
