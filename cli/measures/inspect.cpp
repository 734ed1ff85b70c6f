// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/inspect.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/terminal.h"
#include "core/text/json.h"
#include "vec2vec/kinship.h"
#include "vec2vec/map.h"

namespace vec2vec::cli {
namespace {

using Json = nlohmann::ordered_json;

struct InspectArguments {
  Common common;
  std::string path, other;  // other: the second file of --fingerprint
  OpenOptions open, other_open;
  InspectOptions options;
  bool fingerprint = false, search = true;
};

std::string scalar_text(const Json& value) { return value.is_string() ? value.get<std::string>() : json_text(value); }

/// Prints a JSON object as indented "key  value" lines; long lists and lists of objects are only counted.
void print_card(const Json& object, const std::string& indent) {
  constexpr std::size_t kKeyWidth = 20, kShortList = 6;
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      std::cout << indent << key << "\n";
      print_card(value, indent + "  ");
      continue;
    }
    std::string text = scalar_text(value);
    if (value.is_array() && (value.size() > kShortList || (!value.empty() && value[0].is_structured()))) {
      text = std::to_string(value.size()) + " entries (--json shows them)";
    }
    const std::string padding(key.size() < kKeyWidth ? kKeyWidth - key.size() : 1, ' ');
    std::cout << indent << key << padding << text << "\n";
  }
}

int inspect_map(const InspectArguments& arguments) {
  const Map map = Map::load(arguments.path);
  const Json card = map.card.empty() ? Json::object() : parse_ordered_json(map.card);
  if (arguments.common.json) {
    const Json json = {{"kind", "map"},
                       {"path", arguments.path},
                       {"source_dim", map.source_dim()},
                       {"target_dim", map.target_dim()},
                       {"target_spread", map.target_spread},
                       {"card", card}};
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  std::cout << arguments.path << "\nmap from dimension " << map.source_dim() << " to " << map.target_dim() << "\n";
  print_card(card, "");
  return kSuccess;
}

int exit_code(Kinship kinship) {
  switch (kinship) {
    case Kinship::kSameModel:
      return kSuccess;
    case Kinship::kAlignable:
      return kAlignableExit;
    case Kinship::kUnalignable:
      return kNotAlignedExit;
    case Kinship::kRelated:
    case Kinship::kUncertain:
      break;
  }
  return kUncertainExit;
}

int compare(const InspectArguments& arguments) {
  ProgressLine progress(arguments.common.quiet);
  KinshipOptions options;
  options.search = arguments.search;
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  options.progress = progress.functor();
  const auto load = [&](const std::string& path, const OpenOptions& open) {
    return load_rows(*open_input(path, open, arguments.common.quiet), options.max_rows, "read " + stem_of(path),
                     options.progress)
        .rows;
  };
  const Matrix a = load(arguments.path, arguments.open), b = load(arguments.other, arguments.other_open);
  const KinshipReport report = compare_models(a, b, options);
  progress.finish();
  if (arguments.common.json) {
    Json json = {{"kind", "fingerprint"}, {"files", {arguments.path, arguments.other}}};
    json.update(parse_ordered_json(report.to_json()));
    std::cout << json_text(json, 2) << "\n";
  } else {
    print_report(report.brief());
  }
  return exit_code(report.kinship);
}

int run_inspect(const InspectArguments& arguments) {
  if (arguments.fingerprint) return compare(arguments);
  if (arguments.open.tensor.empty() && arguments.open.raw_dim == 0 && looks_like_map(arguments.path))
    return inspect_map(arguments);
  ProgressLine progress(arguments.common.quiet);
  InspectOptions options = arguments.options;
  options.threads = arguments.common.threads;
  options.progress = progress.functor();
  const Inspection inspection = inspect(arguments.path, arguments.open, options);
  progress.finish();
  if (arguments.common.json) {
    Json json = {{"kind", "rows"}};
    json.update(parse_ordered_json(inspection.to_json()));
    std::cout << json_text(json, 2) << "\n";
  } else {
    print_report(inspection.brief());
  }
  return kSuccess;
}

}  // namespace

void add_inspect(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command = app.add_subcommand("inspect", "Show facts about a file of vectors, or the card of a map");
  command->add_option("FILE", arguments->path, "A file of vectors, or a map written by align")->type_name("FILE")->required();
  CLI::Option* other = command->add_option("FILE-B", arguments->other, "With --fingerprint: the second file of vectors");
  other->type_name("FILE");
  CLI::Option* fingerprint = command->add_flag("--fingerprint", arguments->fingerprint,
                                               "Are two files of vectors of one model, of models that align, or neither? "
                                               "Needs no pairs; looks at up to 5,000 rows a file");
  fingerprint->needs(other);
  other->needs(fingerprint);
  command->add_flag("!--no-search", arguments->search, "With --fingerprint: look at moments only, search for no map")
      ->needs(fingerprint);
  command->add_option("--max-rows", arguments->options.max_rows, "Rows, spread evenly, behind isotropy and spectrum")
      ->check(at_least(2))
      ->type_name("N")
      ->capture_default_str();
  add_open_options(*command, arguments->open, "", "FILE");
  add_open_options(*command, arguments->other_open, "-b", "FILE-B");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec inspect a.npy\n"
      "  vec2vec inspect vectors.f32 --raw-dim 768 --json\n"
      "  vec2vec inspect map.safetensors\n"
      "  vec2vec inspect --fingerprint monday.npy tuesday.npy\n"
      "\n"
      "Exit codes of --fingerprint: 0 SAME_MODEL, 3 RELATED or UNCERTAIN, 4 UNALIGNABLE, 5 ALIGNABLE");
  command->callback([arguments, &run] { run = [arguments] { return run_inspect(*arguments); }; });
}

}  // namespace vec2vec::cli
