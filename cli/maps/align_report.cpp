// SPDX-License-Identifier: Apache-2.0
#include "cli/maps/align_report.h"

#include "cli/common/page_file.h"
#include "core/text/json.h"
#include "space/sample.h"
#include "vec2vec/error.h"
#include "vec2vec/pages.h"
#include "vec2vec/portrait.h"
#include "vec2vec/texts.h"

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
  if (!page.empty()) check_page(page, force, inputs);
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
  nlohmann::ordered_json json = report_head("alignment of embedding spaces");
  json.update(facts);
  json["command"] = command_line();
  add_next(json, next);
  json["portrait"] = parse_ordered_json(portrait(map, problem, options));
  write_page(page, align_page, json, force);
}

}  // namespace vec2vec::cli
