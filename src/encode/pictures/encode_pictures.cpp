// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/encode_pictures.h"

#include <cmath>
#include <exception>
#include <filesystem>

#include "core/boundary.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/time.h"
#include "encode/partial_rows.h"
#include "io/file/atomic_file.h"
#include "io/file/mapped_file.h"
#include "io/file/provenance.h"
#include "io/file/sha256.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// Names and sizes of all pictures: what tells one job from another without reading them twice.
std::string hash_of(const std::vector<std::string>& paths) {
  std::string facts;
  for (const std::string& path : paths) {
    std::error_code missing;
    const auto size = fs::file_size(path, missing);
    facts += path + "\n" + (missing ? "-" : std::to_string(size)) + "\n";
  }
  return sha256_of(facts);
}

/// The rows of a job, a picture each until they are finished; one that cannot be read has a row of NaN there.
class Job {
 public:
  Job(const PictureEncoder& encoder, std::vector<std::string> paths, const std::string& out_path,
      const EncodePicturesOptions& options, EncodePicturesSummary& summary)
      : encoder_(encoder),
        paths_(std::move(paths)),
        out_path_(out_path),
        options_(options),
        summary_(summary),
        hash_(hash_of(paths_)),
        partial_(out_path + ".partial", json_text(identity()), encoder.dim(), options.restart) {
    summary.pictures = static_cast<Index>(paths_.size());
    summary.dim = encoder.dim();
    summary.card = encoder.card();
    summary.resumed = partial_.rows();
  }

  void encode_all() {
    const auto count = static_cast<Index>(paths_.size());
    Matrix rows(std::min(options_.block_rows, count), encoder_.dim());
    while (partial_.rows() < count) {
      const Index first = partial_.rows();
      const MatrixSpan block = rows.span().middle_rows(0, std::min(options_.block_rows, count - first));
      encode_block(first, block);
      partial_.append(block);
    }
  }

  void finish(const std::string& model_folder, const std::string& pictures_path) {
    std::vector<bool> kept(paths_.size());
    std::string names;
    Index at = 0;
    partial_.each([&](MatrixView block) {
      for (Index i = 0; i < block.rows; ++i, ++at) {
        const auto k = static_cast<std::size_t>(at);
        kept[k] = !std::isnan(block.row(i)[0]);
        if (kept[k]) names += paths_[k] + "\n", ++summary_.rows;
        if (!kept[k] && at < summary_.resumed) damaged_before_.push_back({paths_[k], "found damaged before the interruption"});
      }
    });
    summary_.damaged.insert(summary_.damaged.begin(), damaged_before_.begin(), damaged_before_.end());
    if (summary_.rows == 0) bad_input("no picture can be read", pictures_path, "JPEG, PNG and WebP files");
    summary_.names = out_path_ + ".names.txt";
    CreateOptions output = options_.output;
    output.provenance = [&](const std::string& sha256) {
      Json damaged = Json::array();
      for (const DamagedPicture& picture : summary_.damaged)
        damaged.push_back({{"path", picture.path}, {"problem", picture.problem}});
      return provenance_text(
          "vectors of pictures, encoded by vec2vec", out_path_, sha256,
          {{"rows", summary_.rows},
           {"dim", summary_.dim},
           {"model_folder", model_folder},
           {"model", parse_ordered_json(summary_.card)},
           {"pictures", {{"path", pictures_path}, {"count", summary_.pictures}, {"names_and_sizes_sha256", hash_}}},
           {"damaged", damaged}});
    };
    const auto sink = create_rows(out_path_, summary_.rows, summary_.dim, output);
    partial_.each([&, next = std::size_t{0}](MatrixView block) mutable {
      for (Index i = 0; i < block.rows; ++i)
        if (kept[next++]) sink->write({block.row(i), 1, block.cols});
    });
    write_file(summary_.names, names, options_.output.overwrite);
    sink->commit();
    partial_.remove();
  }

 private:
  Json identity() const {
    return {{"model", parse_ordered_json(encoder_.card())},
            {"pictures", paths_.size()},
            {"names_and_sizes_sha256", hash_},
            {"block_rows", options_.block_rows},
            {"library_version", version()}};
  }

  void encode_block(Index first, MatrixSpan block) {
    const auto count = static_cast<double>(paths_.size());
    std::vector<std::string> problems;
    const auto bytes = [&](Index i) { return std::string(MappedFile(paths_[static_cast<std::size_t>(first + i)]).bytes()); };
    try {
      encoder_.encode(block.rows, bytes, block, problems,
                      part_of(options_.progress, static_cast<double>(first) / count, static_cast<double>(block.rows) / count));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) throw;
      std::throw_with_nested(
          Error(ErrorKind::kInterrupted, error.message(), out_path_ + ".partial",
                "the same command; it goes on from picture " + std::to_string(first) + " of " + std::to_string(paths_.size())));
    }
    for (Index i = 0; i < block.rows; ++i) {
      const std::string &path = paths_[static_cast<std::size_t>(first + i)], &problem = problems[static_cast<std::size_t>(i)];
      if (problem.empty()) continue;
      if (!options_.skip_damaged)
        bad_input(problem, path, "`EncodePicturesOptions::skip_damaged = true` leaves such pictures out");
      summary_.damaged.push_back({path, problem});
    }
  }

  const PictureEncoder& encoder_;
  std::vector<std::string> paths_;
  const std::string& out_path_;
  const EncodePicturesOptions& options_;
  EncodePicturesSummary& summary_;
  std::string hash_;
  PartialRows partial_;
  std::vector<DamagedPicture> damaged_before_;
};

}  // namespace

void PictureEncoderOptions::validate() const { CheckOptions("PictureEncoderOptions").threads(threads); }

void EncodePicturesOptions::validate() const {
  CheckOptions("EncodePicturesOptions").within(1, 65536, block_rows, "block_rows");
  encoder.validate();
}

EncodePicturesSummary encode_pictures(const std::string& model_folder, const std::string& pictures_path,
                                      const std::string& out_path, const EncodePicturesOptions& options) try {
  options.validate();
  for (const std::string& path : {out_path, out_path + ".names.txt"})
    if (!options.output.overwrite) refuse_existing(path);
  const Clock::time_point start = Clock::now();
  const PictureEncoder encoder(model_folder, options.encoder);
  EncodePicturesSummary summary;
  Job job(encoder, list_pictures(pictures_path), out_path, options, summary);
  summary.load_seconds = seconds_since(start);
  job.encode_all();
  job.finish(model_folder, pictures_path);
  summary.seconds = seconds_since(start);
  return summary;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
