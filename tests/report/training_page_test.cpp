// SPDX-License-Identifier: Apache-2.0
#include "report/browser.h"
#include "train/training_state.h"
#include "vec2vec/pages.h"

namespace vec2vec {
namespace {

std::vector<NeuralProgress> history() {
  std::vector<NeuralProgress> lines;
  for (const std::uint64_t seed : {3u, 4u})
    for (Index step = 0; step <= 20; step += 10) {
      NeuralProgress& line = lines.emplace_back();
      line.seed = seed;
      line.step = step;
      line.pair_free_score = -0.1 + 0.001 * static_cast<double>(step) + 0.01 * static_cast<double>(seed);
      line.cycle = 1.0 / static_cast<double>(step + 1);
    }
  return lines;
}

class TrainingPage : public InBrowser {};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(TrainingPageText, HoldsTheLogAndNothingFromElsewhere) {
  const std::string json = neural::history_json(history()), page = training_page(json);
  EXPECT_NE(page.find(json), std::string::npos);
  for (const char* place : {"{{TITLE}}", "{{STYLE}}", "{{CHARTS}}", "{{DRAW}}", "{{REPORT}}", "src=\"http"})
    EXPECT_EQ(page.find(place), std::string::npos) << place;
}

TEST_F(TrainingPage, DrawsACurveForEachSeedOfWhatWasMeasured) {
  const std::string json = neural::history_json(history());
  expect_quiet(training_page(json));
  EXPECT_EQ(count(dom, "data-series=\"seed "), 4u) << "score and cycle of two seeds; what is 0 throughout is left out";
  EXPECT_EQ(compare_numbers(parse_json(json)), 6);
  expect_drawn({"<span data-json=\"lines/5/2\">-0.040</span> at step <span data-json=\"lines/5/1\">20</span> of seed 4",
                ">kept</text>", ">10</text>", ">20</text>"});
  EXPECT_EQ(dom.find(">5</text>"), std::string::npos) << "steps are written where something was logged";
}

TEST_F(TrainingPage, LooksAsItDid) { expect_look("training", training_page(neural::history_json(history()))); }

TEST_F(TrainingPage, CanBeReadByKeyboardAndScreenReader) { expect_accessible(training_page(neural::history_json(history()))); }

}  // namespace
}  // namespace vec2vec
