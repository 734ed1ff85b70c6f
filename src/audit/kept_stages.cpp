// SPDX-License-Identifier: Apache-2.0
#include "audit/kept_stages.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "audit/attacks/attributes_json.h"
#include "core/text/json.h"
#include "core/text/number.h"
#include "evaluate/score_json.h"
#include "io/file/sha256.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Verdict verdict_named(const std::string& name) {
  for (const Verdict v : {Verdict::kAligned, Verdict::kUncertain, Verdict::kNotAligned})
    if (name == to_string(v)) return v;
  throw Json::other_error::create(501, "no such verdict", static_cast<const Json*>(nullptr));
}

Evidence evidence_of(const Json& json) {
  return {json.at("agreement"),      json.at("score_margin"),    json.at("mutual_neighbours"),
          json.at("half_agreement"), json.at("searches_needed"), json.at("probability")};
}

Score score_of(const Json& json) {
  if (json.is_null()) return kNoScore;
  const auto number = [&](const char* key) { return json.at(key).is_null() ? kUndefined : json.at(key).get<double>(); };
  return {number("value"), number("low"), number("high"), number("null")};
}

/// What read() makes of a stage's record; nothing when there is none, when this version did not write it, or when a file that
/// belongs to it is gone.
template <class Result>
std::optional<Result> read_kept(const std::map<std::string, Json>& stages, const std::string& stage,
                                const std::function<std::optional<Result>(const Json&)>& read) {
  const auto found = stages.find(stage);
  if (found == stages.end()) return std::nullopt;
  try {
    return read(found->second);
  } catch (const Json::exception&) {
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace

KeptStages::KeptStages(std::string folder, const std::string& identity) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) bad_input("cannot be made: " + error.message(), folder_, "another `AuditOptions::checkpoint`");
  records_.emplace((fs::path(folder_) / "stages").string(), identity, KeptRecords::OfAnother::kDrop,
                   [&](const std::string& bytes) {
                     const Json record = parse_ordered_json(bytes, false);
                     if (!record.is_object() || !record.contains("stage") || !record.contains("result")) return false;
                     stages_[record["stage"]] = record["result"];
                     return true;
                   });
}

void KeptStages::keep(const std::string& stage, Json result) {
  if (records_) {
    const std::string bytes = json_text({{"stage", stage}, {"result", result}});
    records_->append(bytes.data(), bytes.size());
  }
  stages_[stage] = std::move(result);
}

AlignSummary KeptStages::alignment(const std::function<AlignSummary()>& find) {
  const std::string stage = "alignment", path = (fs::path(folder_) / "alignment.safetensors").string();
  const auto read = [&](const Json& kept) -> std::optional<AlignSummary> {
    if (kept.at("map_sha256") != file_sha256(path)) return std::nullopt;
    AlignSummary summary;
    summary.map = Map::load(path);
    summary.verdict = verdict_named(kept.at("verdict"));
    summary.evidence = evidence_of(kept.at("evidence"));
    summary.pair_free_score = kept.at("pair_free_score");
    summary.seconds = kept.at("seconds");
    if (const auto left_out = kept.find("left_out"); left_out != kept.end()) {
      summary.source_rows_left_out = left_out->at("source");
      summary.target_rows_left_out = left_out->at("target");
    }
    for (const Json& s : kept.at("starts")) summary.starts.push_back({s.at("start"), s.at("anchors"), s.at("pair_free_score")});
    return summary;
  };
  if (std::optional<AlignSummary> found = read_kept<AlignSummary>(stages_, stage, read)) return std::move(*found);
  AlignSummary summary = find();
  if (folder_.empty()) return summary;
  summary.map.save(path, true);
  Json kept = parse_ordered_json(summary.to_json());
  kept["map_sha256"] = file_sha256(path);
  keep(stage, std::move(kept));
  return summary;
}

DefencePoint KeptStages::attack(const std::vector<DefenceStep>& steps, const std::function<DefencePoint()>& run) {
  const std::string stage = "attack " + to_string(steps);
  const auto read = [&](const Json& kept) -> std::optional<DefencePoint> {
    return DefencePoint{steps,
                        verdict_named(kept.at("verdict")),
                        kept.at("probability"),
                        score_of(kept.at("recovered")),
                        score_of(kept.at("neighbours")),
                        kept.at("seconds")};
  };
  if (const std::optional<DefencePoint> found = read_kept<DefencePoint>(stages_, stage, read)) return *found;
  DefencePoint point = run();
  keep(stage, {{"verdict", to_string(point.verdict)},
               {"probability", point.probability},
               {"recovered", json_of(point.recovered)},
               {"neighbours", json_of(point.neighbours)},
               {"seconds", point.seconds}});
  return point;
}

TextSample KeptStages::text(const std::string& identity, Index row, const std::function<TextSample()>& write) {
  const std::string stage = "text " + std::to_string(row) + " " + sha256_of(identity);
  const auto read = [&](const Json& kept) -> std::optional<TextSample> {
    return TextSample{row, kept.at("text"), kept.at("cosine"), kept.at("log_probability"), kept.at("nearest_cosine"), {}};
  };
  if (const std::optional<TextSample> found = read_kept<TextSample>(stages_, stage, read)) return *found;
  TextSample sample = write();
  keep(stage, {{"text", sample.text},
               {"cosine", sample.cosine},
               {"log_probability", sample.log_probability},
               {"nearest_cosine", sample.nearest_cosine}});
  return sample;
}

}  // namespace vec2vec
