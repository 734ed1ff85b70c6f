// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/advise.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"

namespace vec2vec::cli {
namespace {

struct AdviseArguments {
  Common common;
  std::string store;
  std::vector<std::string> publics;
  OpenOptions open, public_open;
  AdviceOptions options;
};

NextStep next_step(const AdviseArguments& arguments, const Advice& advice) {
  const std::string& best = advice.sides[0].name;
  const std::string align = "vec2vec align " + arguments.store + " " + best + " -o map.safetensors";
  if (advice.aligned()) return {"All rows of the store and of the side that aligned.", align};
  if (!arguments.options.search)
    return {"Quick searches say whether one of them aligns.",
            "vec2vec advise " + arguments.store + " --public-vectors " + best};
  return {"More searches among the side that is nearest, before more text is looked for.", align + " --effort high"};
}

int run_advise(const AdviseArguments& arguments) {
  ProgressLine progress(arguments.common.quiet);
  AdviceOptions options = arguments.options;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress.functor();
  const auto load = [&](const std::string& path, const OpenOptions& open) {
    return load_rows(*open_input(path, open, arguments.common.quiet), options.max_rows, "read " + stem_of(path),
                     options.progress);
  };
  const LoadedRows store = load(arguments.store, arguments.open);
  std::vector<LoadedRows> rows;
  for (const std::string& path : arguments.publics) rows.push_back(load(path, arguments.public_open));
  std::vector<PublicSide> sides;
  for (std::size_t i = 0; i < rows.size(); ++i) sides.push_back({arguments.publics[i], rows[i].rows});
  Advice advice = advise(store.rows, sides, options);
  advice.store_rows = store.rows_in_file;
  for (SideAdvice& side : advice.sides)
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (arguments.publics[i] == side.name) side.rows = rows[i].rows_in_file;
  progress.finish();
  if (arguments.common.json) {
    std::cout << advice.to_json() << "\n";
  } else {
    print_report(advice.brief());
    print_next(next_step(arguments, advice));
  }
  if (advice.aligned() || !options.search) return kSuccess;
  return advice.sides[0].verdict == Verdict::kUncertain ? kUncertainExit : kNotAlignedExit;
}

}  // namespace

void add_advise(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<AdviseArguments>();
  CLI::App* command = app.add_subcommand("advise", "Which of several public files is of a store's kind, and does it align?");
  command->add_option("STORE", arguments->store, "Vectors of the unknown model")->type_name("FILE")->required();
  command
      ->add_option("--public-vectors", arguments->publics,
                   "Vectors of texts of your own, of a model that you know; one file a kind")
      ->type_name("FILE ...")
      ->required();
  command->add_option("--max-rows", arguments->options.max_rows, "Rows of a file, spread evenly, that are looked at")
      ->check(at_least(64))
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("!--no-search", arguments->options.search, "Compare the spectra only: milliseconds, and a hint at best");
  command->add_flag("--all", arguments->options.try_all, "Go on after a file has aligned, until all are tried");
  add_open_options(*command, arguments->open, "", "STORE");
  add_open_options(*command, arguments->public_open, "-public", "each public file");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec advise store.npy --public-vectors tickets.npy tweets.npy news.npy\n"
      "  vec2vec advise store.npy --public-vectors *.npy --all --json\n"
      "\n"
      "A store aligns with texts of its own kind far more easily than with others (docs/narrow-stores.md).\n"
      "Files are tried in the order of their spectra's distance, each with a quick search of seconds;\n"
      "the first that aligns ends the search.\n"
      "\n"
      "Exit codes: 0 a file aligned, 3 UNCERTAIN, 4 none aligned");
  command->callback([arguments, &run] { run = [arguments] { return run_advise(*arguments); }; });
}

}  // namespace vec2vec::cli
