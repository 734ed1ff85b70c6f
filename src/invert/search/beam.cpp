// SPDX-License-Identifier: Apache-2.0
#include "invert/search/beam.h"

#include <algorithm>
#include <unordered_set>

#include "vec2vec/words.h"

namespace vec2vec {
namespace {

constexpr int kIdleSteps = 8;  // steps without a better text

struct Branch {
  Sequence sequence;           ///< tokens of the prompt too; first: behind those of which the log-probability is known
  double log_probability = 0;  ///< sum over the tokens known
  double guess = 0;            ///< and over those not known yet
  Hypothesis hypothesis;
};

}  // namespace

bool beam_search(LanguageModel& model, std::span<const Token> prompt, std::span<const std::string> words,
                 const InversionOptions& options, double share, Guide& guide, Pool& pool) {
  std::vector<Branch> beam(1);
  beam[0].sequence = {{prompt.begin(), prompt.end()}, prompt.size()};
  double best = -2;
  int idle = 0;
  for (Index step = 0; step < options.max_tokens && idle < kIdleSteps && !beam.empty(); ++step) {
    if (!guide.go_on(share * static_cast<double>(step) / static_cast<double>(options.max_tokens))) return false;
    std::vector<Sequence> sequences;
    for (const Branch& branch : beam) sequences.push_back(branch.sequence);
    const auto read = model.read(sequences, options.branches);

    std::vector<Branch> children;
    std::unordered_set<std::string> texts;
    const auto add_child = [&](const Branch& parent, std::span<const Token> tokens, double guess) {
      Branch child = parent;
      child.sequence.tokens.insert(child.sequence.tokens.end(), tokens.begin(), tokens.end());
      child.guess = guess;
      child.hypothesis.text = clean_text(model.text(std::span<const Token>(child.sequence.tokens).subspan(prompt.size())));
      if (texts.insert(child.hypothesis.text).second) children.push_back(std::move(child));
    };
    for (std::size_t b = 0; b < beam.size(); ++b) {
      Branch& parent = beam[b];
      for (std::size_t i = 0; i + 1 < read[b].size(); ++i) parent.log_probability += read[b][i].log_probability;
      parent.sequence.first = parent.sequence.tokens.size();
      const auto& likeliest = read[b].back().likeliest;
      for (const NextToken& next : likeliest) {
        const std::string piece = model.piece(next.token);
        if (piece.empty() || piece.find('\n') != std::string::npos) continue;  // an end: the text stands in the pool already
        Branch ended = parent;
        ended.sequence.first += 1;
        ended.log_probability += next.log_probability;
        add_child(ended, {&next.token, 1}, 0);
      }
      const std::vector<std::string> used = words_of(parent.hypothesis.text);
      for (const std::string& word : words) {
        if (std::find(used.begin(), used.end(), word) != used.end()) continue;
        const std::vector<Token> tokens = model.tokenize(" " + word, false);
        const double unlikely = likeliest.empty() ? -10 : likeliest.back().log_probability - 1;
        add_child(parent, tokens, unlikely * static_cast<double>(tokens.size()));
      }
    }

    std::vector<std::string> asked;
    for (const Branch& child : children) asked.push_back(child.hypothesis.text);
    const std::vector<double> cosines = guide.cosines(asked);
    for (std::size_t c = 0; c < children.size(); ++c) {
      Hypothesis& h = children[c].hypothesis;
      h.cosine = cosines[c];
      h.log_probability = (children[c].log_probability + children[c].guess) /
                          static_cast<double>(children[c].sequence.tokens.size() - prompt.size());
      h.score = guide.score(h.cosine, h.log_probability);
    }
    std::stable_sort(children.begin(), children.end(),
                     [](const Branch& a, const Branch& b) { return a.hypothesis.score > b.hypothesis.score; });
    if (static_cast<Index>(children.size()) > options.beam) children.resize(static_cast<std::size_t>(options.beam));
    for (const Branch& child : children) pool.add(child.hypothesis);
    beam = std::move(children);
    ++idle;
    if (!beam.empty() && beam[0].hypothesis.score > best) {
      best = beam[0].hypothesis.score;
      idle = 0;
    }
  }
  return true;
}

}  // namespace vec2vec
