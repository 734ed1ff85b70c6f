// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "cli/run_cli.h"
#include "core/text/json.h"
#ifdef VEC2VEC_LOOKS
#include "report/looks.h"
#endif

namespace vec2vec {

inline const std::string kData = VEC2VEC_DEMO_DATA;

/// Pages opened in a headless Chromium (scripts/setup.sh --browser, which also fetches axe-core, the checker of accessibility).
class InBrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0)
      GTEST_SKIP() << "no chromium here: scripts/setup.sh --browser installs it";
  }

  /// Opens a page; keeps what it drew, what the browser logged, and what the page (not the browser) asked for.
  void open_page(const std::string& page, const std::string& more_arguments = "") {
    std::ofstream(dir.path("page.html"), std::ios::binary) << page;
    const std::string command =
        "timeout 300 chromium --headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run "
        "--enable-logging=stderr --virtual-time-budget=5000 --user-data-dir=" +
        dir.path("profile") + " --log-net-log=" + dir.path("net.json") + " " + more_arguments + " --dump-dom file://" +
        dir.path("page.html") + " >" + dir.path("dom.html") + " 2>" + dir.path("log");
    ASSERT_EQ(std::system(command.c_str()), 0) << file_bytes(dir.path("log"));
    whole = file_bytes(dir.path("dom.html"));
    dom = whole.substr(0, whole.find("<script"));
    log = file_bytes(dir.path("log"));
    const std::string net = file_bytes(dir.path("net.json"));
    requests.clear();
    const std::regex request(R"rx(site=file://[^"]*"[^{}]*"url":"([^"]*)")rx");  // the browser's own belong to other sites
    for (std::sregex_iterator it(net.begin(), net.end(), request), end; it != end; ++it) requests.push_back((*it)[1]);
  }

  /// The page draws itself without an error and asks for nothing.
  void expect_quiet(const std::string& page) {
    open_page(page);
    EXPECT_EQ(log.find("CONSOLE"), std::string::npos) << log;
    EXPECT_TRUE(requests.empty()) << requests[0];
  }

  /// The page shows each of these, in any order.
  void expect_drawn(const std::vector<std::string>& parts) const {
    for (const std::string& part : parts) EXPECT_NE(dom.find(part), std::string::npos) << part;
  }

  /// Every number that the page marks with its path is that of the JSON; returns how many there are.
  int compare_numbers(const nlohmann::json& report) const {
    const std::regex number(R"rx(<(\w+)[^>]*data-json="([^"]+)"[^>]*>([^<]*)<)rx");
    int compared = 0;
    for (std::sregex_iterator it(dom.begin(), dom.end(), number), end; it != end; ++it) {
      const nlohmann::json& value = report.at(nlohmann::json::json_pointer("/" + (*it)[2].str()));
      std::string text = (*it)[3].str();
      if (value.is_null()) {
        EXPECT_EQ(text, "\xE2\x80\x93") << (*it)[2];
        continue;
      }
      if (text == ">0.999" || text == "&gt;0.999" || text == "&lt;0.001") {
        EXPECT_TRUE((*it)[2].str().ends_with("/probability")) << (*it)[2];
        continue;
      }
      text.erase(std::remove(text.begin(), text.end(), ','), text.end());
      const double shown = std::stod(text), exact = value.get<double>();
      EXPECT_NEAR(shown, exact, std::abs(exact) < 10 ? 5.1e-4 : std::abs(exact) < 1000 ? 0.051 : 0.51) << (*it)[2];
      ++compared;
    }
    return compared;
  }

  static bool has_axe() { return !file_bytes(VEC2VEC_AXE).empty(); }

  /// What axe-core finds in the page that is serious or critical; empty = nothing.
  std::string serious_findings(const std::string& page, const char* scheme) {
    const std::string run = "<script>" + file_bytes(VEC2VEC_AXE) +
                            "</script><script>axe.run().then(found => { const told = document.createElement('p'); told.id = "
                            "'axe'; told.textContent = "
                            "'axe:' + found.passes.length + ':' + found.violations.filter(v => ['serious', "
                            "'critical'].includes(v.impact)).map(v => v.id + "
                            "' ' + v.nodes[0].target).join('; ') + ':end'; document.body.append(told); })</script></body>";
    std::string with_axe = page;
    with_axe.replace(with_axe.rfind("</body>"), 7, run);
    open_page(with_axe, scheme);
    const std::regex told("<p id=\"axe\">axe:([0-9]+):([^<]*):end</p>");
    std::smatch found;
    if (!std::regex_search(whole, found, told)) return "axe-core did not run: " + log;
    return found[2];
  }

  /// In light and in dark.
  void expect_accessible(const std::string& page) {
    if (!has_axe()) {
      std::cout << "axe-core is not here, accessibility was not checked: scripts/setup.sh --browser fetches it\n";
      return;
    }
    for (const char* scheme : {"--blink-settings=preferredColorScheme=1", "--blink-settings=preferredColorScheme=0"})
      EXPECT_EQ(serious_findings(page, scheme), "") << scheme;
  }

#ifdef VEC2VEC_LOOKS
  /// How a page is looked at: in Chromium's window of that size.
  struct Look {
    const char* name;
    int width, height;
    const char* scheme;
  };
  static constexpr Look kLight = {"light", 1000, 3000, "1"}, kDark = {"dark", 1000, 3000, "0"},
                        kPhone = {"phone", 390, 3000, "1"};
  static constexpr double kAllowed = 0.001;  // of the pixels; a mark that is missing in one chart is 0.0011

  std::string screenshot() const { return dir.path("look.png"); }
  static std::string kept_picture(const std::string& file) { return VEC2VEC_TESTS_DIR "/report/looks/" + file; }

  Picture picture_of(const std::string& page, const Look& look) {
    open_page(page, "--hide-scrollbars --force-device-scale-factor=0.5 --blink-settings=preferredColorScheme=" +
                        std::string(look.scheme) + " --window-size=" + std::to_string(look.width) + "," +
                        std::to_string(look.height) + " --screenshot=" + screenshot());
    return small_picture(file_bytes(screenshot()));
  }
#endif

  /// The page looks as its pictures in tests/report/looks/ do: light and dark at the width of a window, light at that of a
  /// phone. VEC2VEC_WRITE_LOOKS=1 writes those pictures anew, for people to look at before they are committed.
  void expect_look([[maybe_unused]] const std::string& name, [[maybe_unused]] const std::string& page) {
#ifndef VEC2VEC_LOOKS
    GTEST_SKIP() << "this build reads no pictures: scripts/setup.sh --encode installs what does";
#else
    for (const Look& look : {kLight, kDark, kPhone}) {
      const std::string file = name + "-" + look.name + ".png";
      const Picture now = picture_of(page, look);
      if (std::getenv("VEC2VEC_WRITE_LOOKS")) {
        write_png(kept_picture(file), now);
        continue;
      }
      const double differs = difference(now, decode_picture(file_bytes(kept_picture(file))));
      if (differs <= kAllowed) continue;
      std::filesystem::copy_file(screenshot(), file, std::filesystem::copy_options::overwrite_existing);
      ADD_FAILURE() << file << " differs in " << 100 * differs << " % of its pixels; look at "
                    << std::filesystem::absolute(file) << ", and if it is right, run the test with VEC2VEC_WRITE_LOOKS=1";
    }
#endif
  }

  TempDir dir;
  std::string dom, whole, log;  ///< dom: what was drawn, without the scripts behind it
  std::vector<std::string> requests;
};

}  // namespace vec2vec
