// SPDX-License-Identifier: Apache-2.0
#include "invert/search/guide.h"

#include <algorithm>

#include "core/tell.h"
#include "core/text/layout.h"
#include "core/time.h"
#include "io/text/utf8.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Mean log-probability a token, in nats, from which on text counts as fluent; copies of the prompt have more
/// (docs/audit.md, "What was tried": -2 and -0.5).
constexpr double kFluentEnough = -0.5;
/// Weight of the cosine above InversionOptions::enough (docs/audit.md, "What was tried": a fifth and a tenth).
constexpr double kBeyond = 0.1;

}  // namespace

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; (begin = text.find_first_not_of(' ', begin)) != std::string::npos;) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

std::string clean_text(std::string bytes) {
  bytes.erase(std::min(bytes.find('\n'), bytes.size()));
  for (int cut = 0; cut < 3 && !valid_utf8(bytes); ++cut) bytes.pop_back();
  if (!valid_utf8(bytes)) return {};
  for (char& c : bytes)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return listed(split_words(bytes), " ");
}

Guide::Guide(const TextEncoder& encode, const float* target, const Matrix& mean, const InversionOptions& options,
             const Progress& progress)
    : encode_(encode), target_(target), mean_(mean), options_(options), progress_(progress) {
  known_.emplace("", -1);
}

std::vector<double> Guide::cosines(std::span<const std::string> texts) {
  std::vector<std::string_view> fresh;
  for (const std::string& text : texts)
    if (known_.emplace(text, -1).second) fresh.push_back(text);
  if (!fresh.empty()) {
    Matrix rows(static_cast<Index>(fresh.size()), mean_.cols());
    encode_(fresh, rows.span());
    const Matrix centred = centre_by(rows, mean_);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      double cosine = 0;
      for (Index c = 0; c < centred.cols(); ++c)
        cosine += static_cast<double>(centred(static_cast<Index>(i), c)) * static_cast<double>(target_[c]);
      known_[std::string(fresh[i])] = std::max(cosine, -1.0);  // NaN becomes -1 too
    }
  }
  std::vector<double> cosines;
  for (const std::string& text : texts) cosines.push_back(known_.at(text));
  return cosines;
}

double Guide::score(double cosine, double log_probability) const {
  const double near = std::min(cosine, options_.enough) + kBeyond * std::max(0.0, cosine - options_.enough);
  return near + options_.fluency * std::min(log_probability, kFluentEnough);
}

bool Guide::go_on(double done) {
  tell(progress_, "invert", done);
  if (options_.text_time == 0) return true;
  return seconds_since(start_) < options_.text_time;
}

bool Pool::add(Hypothesis hypothesis) {
  const auto same = std::find_if(best_.begin(), best_.end(), [&](const Hypothesis& h) { return h.text == hypothesis.text; });
  if (same != best_.end()) {
    if (same->score >= hypothesis.score) return false;
    best_.erase(same);
  }
  const auto place = std::find_if(best_.begin(), best_.end(), [&](const Hypothesis& h) { return h.score < hypothesis.score; });
  if (place == best_.end() && best_.size() == most_) return false;
  best_.insert(place, std::move(hypothesis));
  if (best_.size() > most_) best_.pop_back();
  return true;
}

}  // namespace vec2vec
