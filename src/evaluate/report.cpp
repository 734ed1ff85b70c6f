// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "vec2vec/evaluate.h"

namespace vec2vec {
namespace {

struct NamedScore {
  const char* key;    ///< in JSON
  const char* title;  ///< in the table
  const Score* score;
};

std::vector<NamedScore> named_scores(const Evaluation& e) {
  return {{"top1", "top-1", &e.top1},
          {"top10", "top-10", &e.top10},
          {"mean_rank", "mean rank", &e.mean_rank},
          {"median_rank", "median rank", &e.median_rank},
          {"mrr", "MRR", &e.mrr},
          {"foscttm", "FOSCTTM", &e.foscttm},
          {"centred_cosine", "centred cosine", &e.centred_cosine},
          {"cosine", "raw cosine", &e.cosine}};
}

}  // namespace

std::string Evaluation::brief() const {
  std::string text = std::to_string(rows) + " rows, each ranked among a pool of " + std::to_string(pool) + "\n";
  text += laid_out("{<15} {>9}  {<19} {>9}\n", "score", "value", "  95 % interval", "null");
  for (const NamedScore& s : named_scores(*this))
    text += laid_out("{<15} {>9}  {>8} .. {<8} {>8}\n", s.title, figure(s.score->value), figure(s.score->low),
                     figure(s.score->high), figure(s.score->null_value));
  return text;
}

std::string Evaluation::to_json() const {
  nlohmann::ordered_json json = {{"rows", rows}, {"pool", pool}};
  for (const NamedScore& s : named_scores(*this)) {
    json["scores"][s.key] = {
        {"value", s.score->value}, {"low", s.score->low}, {"high", s.score->high}, {"null", s.score->null_value}};
  }
  return json_text(json, 2);
}

}  // namespace vec2vec
