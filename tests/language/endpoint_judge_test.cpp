// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/endpoint_judge.h"

#include <gtest/gtest.h>

#include "core/text/json.h"
#include "language/judge_server.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

class EndpointJudge : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_judge_endpoints()) GTEST_SKIP() << "built without libcurl";
  }
  std::vector<double> ask(const std::string& model, const Pairs& pairs, const std::string& key = "") {
    return endpoint_judge({server.url(), model, key, 20})(pairs);
  }
  std::string error_of(const std::string& model, ErrorKind kind = ErrorKind::kBadInput) {
    try {
      ask(model, {{"a b", "a"}});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind);
      EXPECT_NE(error.where().find(server.url()), std::string::npos);
      return error.message();
    }
    return "no error";
  }
  JudgeServer server;
};

TEST_F(EndpointJudge, AsksForEachPairAndReadsTheNumber) {
  const Pairs pairs = {{"meet me at noon", "meet noon"}, {"say \"yes\"\n\\ \xC3\xA9", "say \"yes\"\n\\ \xC3\xA9"}, {"a b", ""}};
  EXPECT_EQ(ask("words", pairs, "secret-key"), (std::vector<double>{50, 100, 0}));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0]["path"], "/v1/chat/completions");
  EXPECT_EQ(requests[0]["key"], "Bearer secret-key");
  EXPECT_EQ(requests[0]["body"]["model"], "words");
  const auto question = parse_json(requests[1]["body"]["messages"].back()["content"].get<std::string>());
  EXPECT_EQ(question["secret"], pairs[1].first);
  EXPECT_EQ(question["guess"], pairs[1].second);
}

TEST_F(EndpointJudge, WithoutAKeySendsNone) {
  EXPECT_EQ(ask("talks", {{"a b c d", "c"}}), std::vector<double>{25});
  EXPECT_EQ(server.requests().at(0)["key"], nullptr);
}

TEST_F(EndpointJudge, AsksABusyServerAgain) {
  EXPECT_EQ(ask("busy-first", {{"a b", "a"}}), std::vector<double>{50});
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(EndpointJudge, SaysWhatIsWrongWithAnAnswer) {
  EXPECT_NE(error_of("refuses").find("status 401: {\"error\": {\"message\": \"wrong key\"}}"), std::string::npos);
  EXPECT_NE(error_of("redirects").find("status 307"), std::string::npos);
  EXPECT_NE(error_of("html").find("did not answer as the OpenAI protocol has it: <html>"), std::string::npos);
  EXPECT_NE(error_of("other-json").find("did not answer as"), std::string::npos);
  EXPECT_NE(error_of("no-number").find("gave no number"), std::string::npos);
  EXPECT_NE(error_of("too-large").find("gave no number"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 6u) << "a redirection is not followed";
  server.stop();
  EXPECT_NE(error_of("words", ErrorKind::kUnavailable).find("cannot be asked"), std::string::npos);
}

TEST_F(EndpointJudge, EndsWhenProgressSaysSo) {
  const LeakJudge judge =
      endpoint_judge({server.url(), "words", "", 20}, [](std::string_view, double done) { return done < 0.4; });
  try {
    judge(Pairs(4, {"a", "a"}));
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
  EXPECT_LT(server.requests().size(), 4u);
}

TEST_F(EndpointJudge, RefusesWhatItCannotUse) {
  for (const char* url : {"", "localhost:8080/v1", "file:///etc/passwd", "http://me:word@localhost/v1"})
    EXPECT_THROW(endpoint_judge({url, "words", "", 20}), Error) << url;
  EXPECT_THROW(endpoint_judge({server.url(), "", "", 20}), Error);
  EXPECT_THROW(endpoint_judge({server.url(), "words", "two\nlines", 20}), Error);
  EXPECT_THROW(endpoint_judge({server.url(), "words", "", 0}), Error);
}

TEST(JudgeEndpoints, SaysWhatToInstallWhenLibcurlIsMissing) {
  if (has_judge_endpoints()) GTEST_SKIP() << "built with libcurl";
  EXPECT_THROW(endpoint_judge({"http://localhost/v1", "words", "", 20}), Error);
}

}  // namespace
}  // namespace vec2vec
