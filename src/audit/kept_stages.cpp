// SPDX-License-Identifier: Apache-2.0
#include "audit/kept_stages.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "audit/attacks/attributes_json.h"
#include "core/text/json.h"
#include "core/text/number.h"
#include "evaluate/score_json.h"
#include "io/file/atomic_file.h"
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

}  // namespace

KeptStages::KeptStages(std::string folder, std::string identity)
    : folder_(std::move(folder)), stages_({{"identity", std::move(identity)}, {"attacks", Json::object()}}) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) bad_input("cannot be made: " + error.message(), folder_, "another folder for the work");
  std::ifstream file(fs::path(folder_) / "stages.json");
  Json before = parse_ordered_json(file, false);
  if (before.is_object() && before.value("identity", Json()) == stages_["identity"] && before.contains("attacks"))
    stages_ = std::move(before);
}

void KeptStages::save() const {
  if (folder_.empty()) return;
  write_file((fs::path(folder_) / "stages.json").string(), json_text(stages_, 2) + "\n", true);
}

AlignSummary KeptStages::alignment(const std::function<AlignSummary()>& find) {
  const std::string path = (fs::path(folder_) / "alignment.safetensors").string();
  try {
    const Json& kept = stages_.at("alignment");
    if (kept.at("map_sha256") == file_sha256(path)) {
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
      for (const Json& s : kept.at("starts"))
        summary.starts.push_back({s.at("start"), s.at("anchors"), s.at("pair_free_score")});
      return summary;
    }
  } catch (const Json::exception&) {  // nothing kept, or not by this version
  } catch (const Error&) {            // the map is gone
  }
  AlignSummary summary = find();
  if (folder_.empty()) return summary;
  summary.map.save(path, true);
  Json kept = parse_ordered_json(summary.to_json());
  kept["map_sha256"] = file_sha256(path);
  stages_["alignment"] = std::move(kept);
  save();
  return summary;
}

DefencePoint KeptStages::attack(const std::vector<DefenceStep>& steps, const std::function<DefencePoint()>& run) {
  const std::string name = to_string(steps);
  try {
    const Json& kept = stages_.at("attacks").at(name);
    return {steps,
            verdict_named(kept.at("verdict")),
            kept.at("probability"),
            score_of(kept.at("recovered")),
            score_of(kept.at("neighbours")),
            kept.at("seconds")};
  } catch (const Json::exception&) {
  }
  DefencePoint point = run();
  stages_["attacks"][name] = {{"verdict", to_string(point.verdict)},
                              {"probability", point.probability},
                              {"recovered", json_of(point.recovered)},
                              {"neighbours", json_of(point.neighbours)},
                              {"seconds", point.seconds}};
  save();
  return point;
}

TextSample KeptStages::text(const std::string& identity, Index row, const std::function<TextSample()>& write) {
  const std::string name = std::to_string(row);
  try {
    const Json& texts = stages_.at("texts");
    if (texts.at("identity") == identity) {
      const Json& kept = texts.at("rows").at(name);
      return {row, kept.at("text"), kept.at("cosine"), kept.at("log_probability"), kept.at("nearest_cosine"), {}};
    }
    stages_.erase("texts");
  } catch (const Json::exception&) {
  }
  TextSample sample = write();
  stages_["texts"]["identity"] = identity;
  stages_["texts"]["rows"][name] = {{"text", sample.text},
                                    {"cosine", sample.cosine},
                                    {"log_probability", sample.log_probability},
                                    {"nearest_cosine", sample.nearest_cosine}};
  save();
  return sample;
}

}  // namespace vec2vec
