#include "vec2vec/inspect.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.h"
#include "files.h"
#include "terminal.h"
#include "vec2vec/map.h"

namespace vec2vec::cli {
namespace {

using Json = nlohmann::ordered_json;

struct InspectArguments {
  Common common;
  std::string path;
  OpenOptions open;
  InspectOptions options;
};

std::string scalar_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

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
  const Json card = map.card.empty() ? Json::object() : Json::parse(map.card);
  if (arguments.common.json) {
    const Json json = {{"kind", "map"},
                       {"path", arguments.path},
                       {"source_dim", map.source_dim()},
                       {"target_dim", map.target_dim()},
                       {"target_spread", map.target_spread},
                       {"card", card}};
    std::cout << json.dump(2) << "\n";
    return kSuccess;
  }
  std::cout << arguments.path << "\nmap from dimension " << map.source_dim() << " to " << map.target_dim() << "\n";
  print_card(card, "");
  return kSuccess;
}

int run_inspect(const InspectArguments& arguments) {
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
    json.update(Json::parse(inspection.to_json()));
    std::cout << json.dump(2) << "\n";
  } else {
    std::cout << inspection.brief();
  }
  return kSuccess;
}

}  // namespace

void add_inspect(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command = app.add_subcommand("inspect", "Show facts about a file of vectors, or the card of a map");
  command->add_option("FILE", arguments->path, "A file of vectors, or a map written by align")->type_name("FILE")->required();
  command->add_option("--sample", arguments->options.sample, "Rows, spread evenly, behind isotropy and spectrum")
      ->check(at_least(2))
      ->type_name("N")
      ->capture_default_str();
  add_open_options(*command, arguments->open, "", "FILE");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec inspect a.npy\n"
      "  vec2vec inspect vectors.f32 --raw-dim 768 --json\n"
      "  vec2vec inspect map.safetensors");
  command->callback([arguments, &run] { run = [arguments] { return run_inspect(*arguments); }; });
}

}  // namespace vec2vec::cli
