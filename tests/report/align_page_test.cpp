// SPDX-License-Identifier: Apache-2.0
#include "report/browser.h"
#include "vec2vec/pages.h"

namespace vec2vec {
namespace {

using Json = nlohmann::json;

/// The page of an alignment of the demo data with texts, kept in align.json with a fifth of its points.
class AlignPage : public InBrowser {
 protected:
  Json report = parse_json(file_bytes(VEC2VEC_TESTS_DIR "/report/align.json"));
  const std::string page = align_page(report.dump());
};

TEST_F(AlignPage, RendersItsJsonAndAsksForNothing) {
  expect_quiet(page);
  EXPECT_GT(compare_numbers(report), 40);
  expect_drawn({"Aligned: a map was found", "this run: &gt;0.999", "Both spaces, before and after", "vec2vec translate ",
                "Searches, one after another", "a text &lt;b&gt;number&lt;/b&gt;", "Rows that are far from all others"});
  EXPECT_EQ(dom.find("text <b>number"), std::string::npos) << "texts are shown as texts";
}

TEST_F(AlignPage, CanBeReadByKeyboardAndScreenReader) { expect_accessible(page); }

TEST_F(AlignPage, LooksAsItDid) { expect_look("align", page); }

#ifdef VEC2VEC_LOOKS
TEST_F(AlignPage, WhenAMarkIsMissingItsPictureDiffers) {
  const Picture kept = decode_picture(file_bytes(kept_picture("align-light.png")));
  report["evidence"].erase("agreement");
  EXPECT_GT(difference(picture_of(align_page(report.dump()), kLight), kept), kAllowed);
}
#endif

TEST_F(AlignPage, AMapThatIsNotToBeBelievedSaysSo) {
  report["verdict"] = "NOT_ALIGNED";
  report["evidence"]["probability"] = 1e-6;
  expect_quiet(align_page(report.dump()));
  expect_drawn({"Not aligned: do not use the map", "&lt;0.001", "The map is not to be believed"});
}

TEST_F(AlignPage, IsDrawnOfAMapOfPairsAndOfAMapOfSeveralKnownSpaces) {
  Json paired = report;
  for (const char* searched : {"verdict", "evidence", "starts"}) paired.erase(searched);
  paired["pairs"] = {{"given", 60}, {"dropped", 1}};
  expect_quiet(align_page(paired.dump()));
  EXPECT_NE(dom.find("Map of known pairs"), std::string::npos);
  EXPECT_EQ(dom.find("Can it be believed?</h2>"), std::string::npos);

  const CliResult align = run_cli({"align", kData + "/minilm.pairs.npy", kData + "/mpnet.pairs.npy", kData + "/e5.pairs.npy",
                                   "-o", dir.path("several.safetensors"), "--report", dir.path("several.html"), "--paired"});
  ASSERT_EQ(align.code, 0) << align.err;
  EXPECT_NE(align.out.find("several.html, its figures in "), std::string::npos) << align.out;
  EXPECT_NE(align.out.find("next: vec2vec translate "), std::string::npos) << align.out;
  const Json several = parse_json(file_bytes(dir.path("several.json")));
  ASSERT_EQ(several.at("portrait").at("after").size(), 3u) << "the consensus and each known space";
  EXPECT_EQ(several.at("portrait").at("targets").size(), 2u);
  expect_quiet(file_bytes(dir.path("several.html")));
  EXPECT_GT(compare_numbers(several), 80);
  EXPECT_NE(dom.find("In each known space"), std::string::npos);
}

}  // namespace
}  // namespace vec2vec
