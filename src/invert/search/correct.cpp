// SPDX-License-Identifier: Apache-2.0
#include "invert/search/correct.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_set>

#include "core/text/layout.h"

namespace vec2vec {
namespace {

constexpr int kIdleRounds = 3;         // rounds without a better text
constexpr std::size_t kReadAgain = 3;  // changed texts that the model reads in a round

/// A text of the pool, ready to be changed.
struct Draft {
  std::vector<std::string> words;
  std::vector<Token> tokens;
  std::vector<Expectation> expected;  ///< at each token, and behind the last
};

/// One random change; may be none.
std::string changed(const LanguageModel& model, const Draft& draft, std::span<const std::string> candidates, Random& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.below(static_cast<Index>(n))); };
  std::vector<std::string> words = draft.words;
  if (words.empty()) return {};
  const auto at = [&](std::size_t i) { return words.begin() + static_cast<std::ptrdiff_t>(i); };
  const double kind = random.uniform();
  if (kind < 0.4) {  // a token that the model expects, in place of one or between two
    const std::size_t place = below(draft.expected.size());
    const auto& likeliest = draft.expected[place].likeliest;
    if (likeliest.empty()) return {};
    std::vector<Token> tokens = draft.tokens;
    const Token token = likeliest[below(likeliest.size())].token;
    const auto where = tokens.begin() + static_cast<std::ptrdiff_t>(place);
    if (kind < 0.25 && place < tokens.size())
      *where = token;
    else
      tokens.insert(where, token);
    return clean_text(model.text(tokens));
  }
  if (kind < 0.8 && !candidates.empty()) {  // a word in place of another or between two
    const std::string& word = candidates[below(candidates.size())];
    if (kind < 0.6)
      words[below(words.size())] = word;
    else
      words.insert(at(below(words.size() + 1)), word);
  } else if (kind < 0.9) {  // one or two words less
    const std::size_t first = below(words.size());
    words.erase(at(first), at(std::min(words.size(), first + 1 + below(2))));
  } else {  // one word elsewhere
    const std::size_t from = below(words.size());
    const std::string word = words[from];
    words.erase(at(from));
    words.insert(at(below(words.size() + 1)), word);
  }
  return listed(words, " ");
}

}  // namespace

std::vector<std::vector<Expectation>> read_hypotheses(LanguageModel& model, std::span<const Token> prompt, Index k,
                                                      const Guide& guide, std::span<Hypothesis> hypotheses) {
  std::vector<Sequence> sequences;
  for (const Hypothesis& h : hypotheses) {
    Sequence s{{prompt.begin(), prompt.end()}, prompt.size()};
    const std::vector<Token> tokens = model.tokenize(" " + h.text, false);
    s.tokens.insert(s.tokens.end(), tokens.begin(), tokens.end());
    sequences.push_back(std::move(s));
  }
  auto expected = model.read(sequences, k);
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    double sum = 0;
    for (const Expectation& e : expected[i]) sum += e.log_probability;
    hypotheses[i].log_probability = sum / std::max<double>(1, static_cast<double>(expected[i].size()) - 1);
    hypotheses[i].score = guide.score(hypotheses[i].cosine, hypotheses[i].log_probability);
  }
  return expected;
}

bool correct(LanguageModel& model, std::span<const Token> prompt, std::span<const std::string> words,
             const InversionOptions& options, double done, Random& random, Guide& guide, Pool& pool) {
  std::map<std::string, Draft> drafts;  // of texts that were read
  const auto read = [&](std::vector<Hypothesis> hypotheses) {
    const auto expected = read_hypotheses(model, prompt, options.branches, guide, hypotheses);
    for (std::size_t i = 0; i < hypotheses.size(); ++i)
      drafts[hypotheses[i].text] = {split_words(hypotheses[i].text), model.tokenize(" " + hypotheses[i].text, false),
                                    expected[i]};
    return hypotheses;
  };
  if (options.rounds == 0 || pool.best().empty()) return true;
  read(pool.best());
  int idle = 0;
  for (Index round = 0; round < options.rounds && idle < kIdleRounds; ++round) {
    if (!guide.go_on(done + (1 - done) * static_cast<double>(round) / static_cast<double>(options.rounds))) return false;
    std::vector<std::string> candidates(words.begin(), words.end());
    for (const Hypothesis& h : pool.best())
      for (const std::string& word : drafts.at(h.text).words) candidates.push_back(word);

    std::vector<std::string> tried;
    std::unordered_set<std::string> now;
    for (Index attempt = 0; attempt < 4 * options.edits && static_cast<Index>(tried.size()) < options.edits; ++attempt) {
      // Half of the changes go to the best text, the others to all.
      const auto& best = pool.best();
      const auto which = random.uniform() < 0.5 ? 0 : static_cast<std::size_t>(random.below(static_cast<Index>(best.size())));
      std::string text = changed(model, drafts.at(best[which].text), candidates, random);
      if (!text.empty() && !guide.seen(text) && now.insert(text).second) tried.push_back(std::move(text));
    }
    const std::vector<double> cosines = guide.cosines(tried);
    std::vector<std::size_t> order(tried.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cosines[a] > cosines[b]; });
    std::vector<Hypothesis> nearest;
    for (std::size_t i = 0; i < std::min(kReadAgain, order.size()); ++i)  // reading costs much, so only texts that may enter
      if (const double cosine = cosines[order[i]]; pool.admits(guide.score(cosine, 0)))
        nearest.push_back({tried[order[i]], cosine, 0, 0});
    const double before = pool.best()[0].score;
    if (!nearest.empty())
      for (Hypothesis& h : read(std::move(nearest))) pool.add(std::move(h));
    idle = pool.best()[0].score > before ? 0 : idle + 1;
  }
  return true;
}

}  // namespace vec2vec
