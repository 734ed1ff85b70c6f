// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vec2vec/evaluate.h"
#include "vec2vec/language_model.h"
#include "vec2vec/progress.h"

// Thread-safe, as long as the judge is. Exceptions of a judge or a progress function end the call and come out of it (error.h).
namespace vec2vec {

/// How much of a true text another one has, each in [0, 1].
struct TextOverlap {
  double token_f1 = 0;  ///< over words in lower case (runs of a-z and 0-9), repetitions counted; ROUGE-1's F
  double rouge_l = 0;   ///< F of the longest common subsequence of those words (Lin 2004)
  double bleu = 0;      ///< sentence BLEU: 4-grams, tokeniser 13a, exponential smoothing, effective order, as sacrebleu's / 100
  double exact = 0;     ///< 1 when they are equal but for white space
  std::optional<double>
      names;  ///< part of the true text's names found, in whatever case; nothing when it has none. A name: a
              ///< word of at least two letters that begins with a capital (A-Z), not at the start of a sentence
  std::optional<double> numbers;  ///< likewise of runs of digits
};
TextOverlap compare_texts(std::string_view found, std::string_view truth);

/// Answers for each (true text, found text) how sure it is that the found text gives away something of the true one; larger =
/// surer.
using LeakJudge = std::function<std::vector<double>(std::span<const std::pair<std::string, std::string>> pairs)>;

/// What a language model gains: the nats a token by which it expects the true text more behind the found one than behind none.
LeakJudge language_model_judge(LanguageModel& model, Progress progress = {});

/// A mean over rows with its 95 % bootstrap interval, and the same against other rows' texts: what no knowledge of the row
/// gives.
struct Compared {
  Index rows = 0;     ///< that have a value
  Score found, null;  ///< found.null_value is null.value
};

/// The scores of texts found for rows whose true texts have a length in a range.
struct InversionScores {
  std::string stratum;  ///< "all", or the range of words, such as "9-14 words"
  Index rows = 0;
  Compared token_f1, rouge_l, bleu, exact, names, numbers;
  std::optional<Compared> leak;  ///< part of rows that the judge is surer of than `sure`
};

struct ScoreOptions {
  Index bootstrap = 1000;   ///< resamples behind each interval; 0 = no intervals (low and high are NaN)
  Index others = 20;        ///< other rows behind each null value
  Index judged_others = 3;  ///< of those the judge is shown
  double sure = 0;          ///< least answer of the judge that counts as yes
  Index strata = 3;         ///< parts of about equal size by length of the true text, if each has 10 rows
  std::uint64_t seed = 0;
  int threads = 0;

  /// Throws Error{kBadInput} naming the first option out of range.
  void validate() const;
};

/// found[i] was found for the row whose text is truth[i]; at least 2 rows. The first of the answer is over all rows.
std::vector<InversionScores> score_inversions(std::span<const std::string> found, std::span<const std::string> truth,
                                              const LeakJudge& judge, const ScoreOptions& options = {});

/// The answer that 95 of 100 unrelated pairs of these texts stay below: what to take for ScoreOptions::sure. At most `pairs`
/// pairs are judged.
double unrelated_limit(std::span<const std::string> texts, const LeakJudge& judge, Index pairs, std::uint64_t seed);

std::string to_json(const std::vector<InversionScores>& scores);
/// A small table for people.
std::string brief(const std::vector<InversionScores>& scores);

}  // namespace vec2vec
