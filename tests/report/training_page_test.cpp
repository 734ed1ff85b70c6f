#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/run_cli.h"
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

TEST(TrainingPage, HoldsTheLogAndNothingFromElsewhere) {
  const std::string json = neural::history_json(history()), page = training_page(json);
  EXPECT_NE(page.find(json), std::string::npos);
  EXPECT_EQ(page.find("{{REPORT}}"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
}

TEST(TrainingPage, DrawsACurveForEachSeedOfWhatWasMeasured) {
  if (std::system("command -v chromium >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "no chromium here: scripts/setup.sh --browser installs it";
  TempDir dir;
  std::ofstream(dir.path("page.html")) << training_page(neural::history_json(history()));
  const std::string command =
      "timeout 300 chromium --headless=new --no-sandbox --disable-gpu --no-first-run --user-data-dir=" + dir.path("profile") +
      " --dump-dom file://" + dir.path("page.html") + " >" + dir.path("dom.html") + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::string dom = file_bytes(dir.path("dom.html"));
  std::size_t curves = 0;
  for (std::size_t at = dom.find("<polyline"); at != std::string::npos; at = dom.find("<polyline", at + 1)) ++curves;
  EXPECT_EQ(curves, 4u) << "score and cycle of two seeds; what is 0 throughout is left out";
  EXPECT_NE(dom.find("Best score -0.0400 at step 20 of seed 4"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
