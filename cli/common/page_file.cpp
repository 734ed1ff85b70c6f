// SPDX-License-Identifier: Apache-2.0
#include "cli/common/page_file.h"

#include <filesystem>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "core/text/json.h"
#include "core/time.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec::cli {

void check_page(const std::string& path, bool force, const std::vector<std::string>& inputs) {
  if (std::filesystem::path(path).extension() == ".json")
    bad_input("the page and its JSON would be one file", path, "an output that ends in .html");
  require_ending(path, kHtmlFile);
  for (const std::string& file : {path, json_path(path)}) require_writable(file, force, inputs);
}

nlohmann::ordered_json report_head(const std::string& what) {
  return {{"what", what + " by vec2vec"}, {"library_version", version()}, {"date", utc_now()}};
}

void add_next(nlohmann::ordered_json& json, const std::vector<NextStep>& next) {
  for (const NextStep& step : next) json["next"].push_back({{"say", step.say}, {"command", step.command}});
}

void write_page(const std::string& path, std::string (*page)(const std::string& json), const nlohmann::ordered_json& json,
                bool force) {
  const std::string text = json_text(json, 2) + "\n";
  stop_if_interrupted();
  write_file(json_path(path), text, force);
  write_file(path, page(text), force);
}

}  // namespace vec2vec::cli
