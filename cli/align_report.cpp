#include "align_report.h"

#include <filesystem>

#include "core/text/json.h"
#include "core/time.h"
#include "io/file/atomic_file.h"
#include "roles.h"
#include "space/sample.h"
#include "vec2vec/error.h"
#include "vec2vec/pages.h"
#include "vec2vec/portrait.h"
#include "vec2vec/texts.h"
#include "vec2vec/version.h"

namespace vec2vec::cli {
namespace {

/// The texts of the rows that were loaded, of a file with one a row.
std::vector<std::string> texts_of(const std::string& path, const LoadedRows& loaded, const char* flag) {
  if (path.empty()) return {};
  std::vector<std::string> texts = read_texts(path);
  if (static_cast<Index>(texts.size()) != loaded.rows_in_file)
    bad_input("has " + std::to_string(texts.size()) + " lines for " + std::to_string(loaded.rows_in_file) + " rows", path,
              std::string(flag) + " takes one text a line, in the order of the rows");
  const Index count = loaded.rows.rows();
  if (count == loaded.rows_in_file) return texts;
  std::vector<std::string> chosen;
  for (Index i = 0; i < count; ++i)
    chosen.push_back(texts[static_cast<std::size_t>(spread_row(i, count, loaded.rows_in_file))]);
  return chosen;
}

}  // namespace

void AlignReport::add_options(CLI::App& command) {
  CLI::Option* report = command.add_option(
      "--report", page,
      "Page to write (.html): the verdict and its evidence, both spaces before and after, nearest rows, what to do next; its "
      "figures go beside it, with the ending .json");
  report->type_name("FILE");
  command
      .add_option("--texts-a", source_texts_path, "Texts of A, one a line, in the order of its rows, to be shown on the page")
      ->type_name("FILE")
      ->needs(report);
  command.add_option("--texts-b", target_texts_path, "The same of B")->type_name("FILE")->needs(report);
}

void AlignReport::check(bool force, const std::vector<std::string>& inputs) const {
  if (page.empty()) return;
  if (std::filesystem::path(page).extension() == ".json")
    bad_input("the page and its JSON would be one file", page, "an output that ends in .html");
  require_ending(page, kHtmlFile);
  for (const std::string& path : {page, json_path(page)}) require_writable(path, force, inputs);
}

void AlignReport::read_texts_of(const LoadedRows& source, const LoadedRows& target) {
  source_texts = texts_of(source_texts_path, source, "--texts-a");
  target_texts = texts_of(target_texts_path, target, "--texts-b");
}

void AlignReport::write(nlohmann::ordered_json facts, const Map& map, const AlignProblem& problem,
                        const std::vector<NextStep>& next, const LoadedRows& source, const LoadedRows& target,
                        const Common& common, bool force, const Progress& progress) const {
  if (page.empty()) return;
  PortraitOptions options;
  options.source_texts = source_texts;
  options.target_texts = target_texts;
  options.source_rows_in_file = source.rows_in_file;
  options.target_rows_in_file = target.rows_in_file;
  options.seed = common.seed;
  options.threads = common.threads;
  options.progress = progress;
  nlohmann::ordered_json json = {
      {"what", "alignment of embedding spaces by vec2vec"}, {"library_version", version()}, {"date", utc_now()}};
  json.update(facts);
  json["command"] = command_line();
  for (const NextStep& step : next) json["next"].push_back({{"say", step.say}, {"command", step.command}});
  json["portrait"] = parse_ordered_json(portrait(map, problem, options));
  const std::string text = json_text(json, 2) + "\n";
  stop_if_interrupted();
  write_file(json_path(page), text, force);
  write_file(page, align_page(text), force);
}

}  // namespace vec2vec::cli
