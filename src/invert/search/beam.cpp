// SPDX-License-Identifier: Apache-2.0
#include "invert/search/beam.h"

#include <algorithm>
#include <unordered_set>

#include "vec2vec/words.h"

namespace vec2vec {
namespace {

constexpr int kIdleSteps = 8;      // steps without a better text
constexpr double kUnlikely = -10;  // nats a token, of a word where the model expects nothing

struct Branch {
  Sequence sequence;           ///< tokens of the prompt too; first: behind those of which the log-probability is known
  double log_probability = 0;  ///< sum over the tokens known
  double guess = 0;            ///< and over those not known yet
  Hypothesis hypothesis;
};

/// The continuations of a beam: each by the tokens that the model thinks likeliest, and by the words that it lacks yet. No text
/// is there twice.
class Children {
 public:
  Children(LanguageModel& model, std::size_t prompt_tokens, std::span<const std::string> words)
      : model_(model), prompt_tokens_(prompt_tokens), words_(words) {}

  /// read: what the model expects behind each token of the branch that it had not read before.
  void add_all_of(Branch& parent, std::span<const Expectation> read) {
    for (std::size_t i = 0; i + 1 < read.size(); ++i) parent.log_probability += read[i].log_probability;
    parent.sequence.first = parent.sequence.tokens.size();
    const auto& likeliest = read.back().likeliest;
    for (const NextToken& next : likeliest) {
      const std::string piece = model_.piece(next.token);
      if (piece.empty() || piece.find('\n') != std::string::npos) continue;  // an end: the text stands in the pool already
      Branch ended = parent;
      ended.sequence.first += 1;
      ended.log_probability += next.log_probability;
      add(ended, {&next.token, 1}, 0);
    }
    const std::vector<std::string> used = words_of(parent.hypothesis.text);
    for (const std::string& word : words_) {
      if (std::find(used.begin(), used.end(), word) != used.end()) continue;
      const std::vector<Token> tokens = model_.tokenize(" " + word, false);
      const double unlikely = likeliest.empty() ? kUnlikely : likeliest.back().log_probability - 1;
      add(parent, tokens, unlikely * static_cast<double>(tokens.size()));
    }
  }

  /// The best `count`, the best first.
  std::vector<Branch> best(Guide& guide, Index count) {
    std::vector<std::string> asked;
    for (const Branch& child : children_) asked.push_back(child.hypothesis.text);
    const std::vector<double> cosines = guide.cosines(asked);
    for (std::size_t c = 0; c < children_.size(); ++c) {
      Hypothesis& h = children_[c].hypothesis;
      h.cosine = cosines[c];
      h.log_probability = (children_[c].log_probability + children_[c].guess) /
                          static_cast<double>(children_[c].sequence.tokens.size() - prompt_tokens_);
      h.score = guide.score(h.cosine, h.log_probability);
    }
    std::stable_sort(children_.begin(), children_.end(),
                     [](const Branch& a, const Branch& b) { return a.hypothesis.score > b.hypothesis.score; });
    if (static_cast<Index>(children_.size()) > count) children_.resize(static_cast<std::size_t>(count));
    return std::move(children_);
  }

 private:
  void add(const Branch& parent, std::span<const Token> tokens, double guess) {
    Branch child = parent;
    child.sequence.tokens.insert(child.sequence.tokens.end(), tokens.begin(), tokens.end());
    child.guess = guess;
    child.hypothesis.text = clean_text(model_.text(std::span<const Token>(child.sequence.tokens).subspan(prompt_tokens_)));
    if (texts_.insert(child.hypothesis.text).second) children_.push_back(std::move(child));
  }

  LanguageModel& model_;
  const std::size_t prompt_tokens_;
  const std::span<const std::string> words_;
  std::vector<Branch> children_;
  std::unordered_set<std::string> texts_;
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
    Children children(model, prompt.size(), words);
    for (std::size_t b = 0; b < beam.size(); ++b) children.add_all_of(beam[b], read[b]);
    beam = children.best(guide, options.beam);
    for (const Branch& branch : beam) pool.add(branch.hypothesis);
    ++idle;
    if (!beam.empty() && beam[0].hypothesis.score > best) {
      best = beam[0].hypothesis.score;
      idle = 0;
    }
  }
  return true;
}

}  // namespace vec2vec
