// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text/json.h"
#include "core/text/number.h"
#include "core/time.h"
#include "vec2vec/encode.h"
#include "vec2vec/encode_pictures.h"

namespace vec2vec {
namespace {

/// The first lines of a summary of either kind; inputs: texts or pictures, of which an interrupted run had made `resumed`.
template <class Summary>
std::string head(const Summary& summary, Index inputs, Index resumed, const std::string& kind, const std::string& kept) {
  const double seconds = summary.seconds - summary.load_seconds;
  std::string text =
      std::to_string(summary.rows) + " rows x " + std::to_string(summary.dim) + " (" + format_seconds(summary.seconds);
  if (inputs > resumed && seconds > 0.5)
    text += ", " + fixed(static_cast<double>(inputs - resumed) / seconds, 0) + " " + kind + "/s";
  text += ")\n";
  if (resumed > 0) text += std::to_string(resumed) + " " + kept + " of an interrupted run were kept\n";
  return text;
}

}  // namespace

std::string EncodeSummary::brief() const {
  std::string text = head(*this, rows, resumed_rows, "texts", "rows");
  if (empty_texts > 0) text += "note: " + std::to_string(empty_texts) + " texts are empty\n";
  if (counts.cut_texts > 0)
    text += "note: " + std::to_string(counts.cut_texts) +
            " texts were longer than the model's limit and were cut (`EncoderOptions::max_tokens`)\n";
  return text;
}

std::string EncodeSummary::to_json() const {
  return json_text({{"rows", rows},
                    {"dim", dim},
                    {"resumed_rows", resumed_rows},
                    {"empty_texts", empty_texts},
                    {"cut_texts", counts.cut_texts},
                    {"tokens", counts.tokens},
                    {"load_seconds", load_seconds},
                    {"seconds", seconds},
                    {"texts_sha256", texts_sha256},
                    {"model", parse_ordered_json(card)}},
                   2);
}

std::string EncodePicturesSummary::brief() const {
  constexpr std::size_t kNamed = 20;
  std::string text = head(*this, pictures, resumed, "pictures", "pictures");
  for (std::size_t i = 0; i < std::min(kNamed, damaged.size()); ++i)
    text += "note: left out: " + damaged[i].path + ": " + damaged[i].problem + "\n";
  if (damaged.size() > kNamed)
    text += "note: " + std::to_string(damaged.size()) + " pictures were left out; the provenance names all of them\n";
  return text + "Which row is which picture is in " + names + "\n";
}

std::string EncodePicturesSummary::to_json() const {
  nlohmann::ordered_json left_out = nlohmann::ordered_json::array();
  for (const DamagedPicture& picture : damaged) left_out.push_back({{"path", picture.path}, {"problem", picture.problem}});
  return json_text({{"names", names},
                    {"rows", rows},
                    {"dim", dim},
                    {"pictures", pictures},
                    {"resumed_pictures", resumed},
                    {"damaged", left_out},
                    {"load_seconds", load_seconds},
                    {"seconds", seconds},
                    {"model", parse_ordered_json(card)}},
                   2);
}

}  // namespace vec2vec
