// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"

namespace vec2vec::cli {

/// Rows read into memory, with what a map's card says about their file.
struct LoadedRows {
  Matrix rows;  ///< (rows kept, dim)
  Index rows_in_file = 0;
  std::string format, dtype;
};

/// Reads a whole source, or max_rows rows spread evenly over it when 0 < max_rows < source.rows(). Memory: the rows kept and
/// one block.
LoadedRows load_rows(RowSource& source, Index max_rows, const std::string& stage, const Progress& progress);

/// Opens a file of vectors; what should be known of how it is read (notes_on) is printed unless quiet. Throws Error{kBadInput}
/// with a way on when path is the URL of a database.
std::unique_ptr<RowSource> open_input(const std::string& path, const OpenOptions& open, bool quiet);

/// Prints each note as "note: path: ..." on stderr, unless quiet.
void print_notes(const std::string& path, const std::vector<std::string>& notes, bool quiet);

/// Throws Error{kBadInput} unless a file can be created at path: the folder exists and can be written to, nothing is there yet
/// (or force), and path is none of the inputs. To be called before long work.
void require_writable(const std::string& path, bool force, const std::vector<std::string>& inputs);

/// Throws Error{kBadInput} with a way on when path is the URL of a database.
void refuse_database(const std::string& path);

/// Whether the file looks like a map of this library (a safetensors file that names the tensor linear.weight).
bool looks_like_map(const std::string& path);

/// Where the figures of a page go: its name with the ending .json.
std::string json_path(const std::string& page);

/// The name of the file without folders and ending.
std::string stem_of(const std::string& path);

}  // namespace vec2vec::cli
