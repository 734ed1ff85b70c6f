// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vec2vec/encode.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"
#include "vec2vec/rows.h"

// Thread-safe: a PictureEncoder may encode on several threads at once. Of two calls that write the same file the second is
// refused. An exception of a progress function ends the call and comes out of it (progress.h). So does one of
// PictureEncoder::Bytes.
namespace vec2vec {

/// Whether this build encodes pictures: OpenVINO, libjpeg, libpng and libwebp were found. Without them a PictureEncoder throws
/// Error{kBadInput} that says what to install.
bool has_picture_encoders();

struct PictureEncoderOptions {
  std::string output;  ///< the model's output to take; empty = the one that holds the pictures' vectors by its name or shape
  Precision precision = Precision::kFloat32;  ///< kBfloat16 is faster on CPUs that have it, and less exact
  int threads = 0;                            ///< 0 = all cores

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// A picture encoder out of a model folder in Hugging Face layout: preprocessor_config.json, and an ONNX file that takes pixels
/// (vision_model.onnx or model.onnx, in the folder itself or in onnx/; of models with two towers the one of pictures).
class PictureEncoder {
 public:
  /// Throws Error{kBadInput} for a folder that lacks a part or holds a model of another kind, naming the file.
  explicit PictureEncoder(const std::string& folder, const PictureEncoderOptions& options = {});
  ~PictureEncoder();
  PictureEncoder(PictureEncoder&&) noexcept;
  PictureEncoder& operator=(PictureEncoder&&) noexcept;

  Index dim() const;
  /// JSON object: kind, files with their SHA-256, output, size of the pictures, precision.
  const std::string& card() const;

  /// Gives picture i as the bytes of a JPEG, PNG or WebP file. Called from several threads. May throw Error.
  using Bytes = std::function<std::string(Index picture)>;
  /// Writes the unit vector of picture i to row i of out (count, dim), whatever the number of threads with the same bytes.
  /// A picture that cannot be read gives a row of NaN and a text in problems[i], which is empty otherwise. A false from
  /// progress ends the work with Error{kInterrupted}.
  void encode(Index count, const Bytes& bytes, MatrixSpan out, std::vector<std::string>& problems,
              const Progress& progress = {}) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The names of the pictures at a path, as rows are in this order. A folder: all files below it that end in .jpg, .jpeg, .png
/// or .webp, in the order of their paths' bytes. A picture: itself. Any other file is a list, a path a line, relative to the
/// list's folder. Throws Error{kBadInput} when there are none.
std::vector<std::string> list_pictures(const std::string& path);

/// Whether encode_pictures() is meant by a path: a folder, or a file that begins as a JPEG, PNG or WebP does.
bool holds_pictures(const std::string& path);
/// Whether the model of a folder takes pictures, and whether it takes texts; both for models of two towers.
bool takes_pictures(const std::string& model_folder);
bool takes_texts(const std::string& model_folder);

struct EncodePicturesOptions {
  PictureEncoderOptions encoder = {};
  Index block_rows = 256;     ///< pictures encoded and kept at a time, 1 .. 65536
  bool skip_damaged = false;  ///< leave pictures out that cannot be read, instead of ending with an error
  bool restart = false;       ///< drop what an interrupted run left behind instead of going on from there
  CreateOptions output = {};
  Progress progress = {};

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// A picture without a row, and why.
struct DamagedPicture {
  std::string path, problem;
};

struct EncodePicturesSummary {
  Index pictures = 0, rows = 0, dim = 0;  ///< rows: pictures that were read
  Index resumed = 0;                      ///< pictures of an earlier, interrupted run
  std::vector<DamagedPicture> damaged;    ///< in the order of the pictures
  std::string names;                      ///< out_path + ".names.txt": line i is the path of row i
  std::string card;                       ///< PictureEncoder::card()
  double load_seconds = 0, seconds = 0;   ///< seconds: all of it, loading included

  std::string brief() const;
  std::string to_json() const;
};

/// Encodes the pictures at pictures_path (see list_pictures) with the model of a folder into a new file at out_path; beside it
/// out_path + ".names.txt" tells which row is which picture, and out_path + ".provenance.json" how the rows were made. Memory:
/// one block of rows, the model, and one decoded picture a thread. Finished blocks are kept in out_path + ".partial": the same
/// call goes on from there after an interrupt, a crash or a power cut, and ends with the same bytes. Throws Error{kBadInput}
/// naming the first picture that cannot be read (unless skip_damaged), and when the partial file belongs to another model, to
/// other pictures (by name and size) or options.
EncodePicturesSummary encode_pictures(const std::string& model_folder, const std::string& pictures_path,
                                      const std::string& out_path, const EncodePicturesOptions& options);

}  // namespace vec2vec
