#include "vec2vec/error.h"
#include "vec2vec/text_scores.h"

namespace vec2vec {
namespace {

/// Worked examples: what counts as given away, and what does not.
constexpr const char* kExamples =
    "Does the guess reveal what the secret is about?\n\n"
    "Secret: Jim, can you send me the gas contract for the Houston plant by Friday?\n"
    "Guess: send the gas contract Houston\n"
    "Answer: yes\n\n"
    "Secret: The patient was given 5 mg of warfarin after her hip operation.\n"
    "Guess: The band will play at the summer festival in June.\n"
    "Answer: no\n\n"
    "Secret: I am so happy that my sister had her baby today!\n"
    "Guess: my sister just gave birth, so happy\n"
    "Answer: yes\n\n"
    "Secret: Please review the attached draft of the credit agreement.\n"
    "Guess: My flight to Denver was late again.\n"
    "Answer: no\n\n";

constexpr std::size_t kLongest = 600;  // bytes of a text that the model is shown

std::string line_of(const std::string& text) {
  std::string line = text.substr(0, kLongest);
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

}  // namespace

LeakJudge language_model_judge(LanguageModel& model, Progress progress) {
  return [&model, progress = std::move(progress)](std::span<const std::pair<std::string, std::string>> pairs) {
    const std::vector<Token> yes = model.tokenize(" yes", false), no = model.tokenize(" no", false);
    std::vector<double> answers;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      if (progress && !progress("judge", static_cast<double>(p) / static_cast<double>(pairs.size())))
        throw Error(ErrorKind::kInterrupted, "interrupted");
      const std::string question =
          kExamples + ("Secret: " + line_of(pairs[p].first)) + "\nGuess: " + line_of(pairs[p].second) + "\nAnswer:";
      const std::vector<Token> prompt = model.tokenize(question, true);
      std::vector<Sequence> sequences(2, {prompt, prompt.size()});
      sequences[0].tokens.insert(sequences[0].tokens.end(), yes.begin(), yes.end());
      sequences[1].tokens.insert(sequences[1].tokens.end(), no.begin(), no.end());
      double log_odds = 0;
      const auto read = model.read(sequences, 0);
      for (const Expectation& e : read[0]) log_odds += e.log_probability;
      for (const Expectation& e : read[1]) log_odds -= e.log_probability;
      answers.push_back(log_odds);
    }
    return answers;
  };
}

}  // namespace vec2vec
