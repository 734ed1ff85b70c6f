// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/command.h"
#include "cli/common/terminal.h"
#include "cli/help/demo_data.h"
#include "core/parallel.h"
#include "core/text/json.h"
#include "kernels/right_factor.h"
#include "vec2vec/encode.h"
#include "vec2vec/endpoint_judge.h"
#include "vec2vec/language_model.h"
#include "vec2vec/postgres.h"
#include "vec2vec/version.h"

namespace vec2vec::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A part of the program that a build may lack.
struct Part {
  const char *name, *what_for, *how_to_get;
  bool there;
};

std::vector<Part> parts() {
  return {
      {"text encoders", "encode, audit --model, invert", "in a clone: scripts/setup.sh --encode, then build", has_encoders()},
      {"language models", "invert, audit --lm", "in a clone: scripts/setup.sh --invert, then build", has_language_models()},
      {"judge over HTTP", "invert --judge-endpoint", "in a clone: scripts/setup.sh, then build", has_judge_endpoints()},
      {"Postgres", "sample, migrate", "in a clone: scripts/setup.sh, then build", has_postgres()},
      {"demo data", "demo", "install the whole package, or run from a clone", !demo_data().empty()}};
}

/// The CPU's name as Linux has it; empty elsewhere.
std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
  return "";
}

/// What would make products faster, for training and measures.
std::string faster_products() {
  if (has_bf16()) return "";
  return cpu() == std::string_view("bf16") ? " (a build with oneDNN has faster ones, for training and measures)"
                                           : " (a CPU with AVX-512 BF16 has faster ones, for training and measures)";
}

int run_doctor(const Common& common) {
  const std::vector<Part> found = parts();
  const std::string name = cpu_name();
  const std::string products = has_bf16() ? "bfloat16" : "float32";
  Json json = {{"version", version()}, {"cpu", name},          {"cores", thread_count(0)},
               {"kernels", cpu()},     {"products", products}, {"parts", Json::array()}};
  std::size_t missing = 0;
  for (const Part& part : found) {
    Json one = {{"name", part.name}, {"there", part.there}, {"for", part.what_for}};
    if (!part.there) one["get"] = part.how_to_get;
    json["parts"].push_back(one);
    missing += !part.there;
  }
  if (common.json) {
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  std::cout << "vec2vec " << version() << "\n"
            << "  CPU              " << (name.empty() ? "unknown" : name) << "\n"
            << "  cores            " << thread_count(0) << "\n"
            << "  kernels for      " << cpu() << "\n"
            << "  products         " << products << faster_products() << "\n"
            << "  always there     align, translate, evaluate, measure, inspect, gate, audit,\n"
            << "                   export\n";
  for (const Part& part : found) {
    const std::string_view what = part.name;
    std::cout << "  " << what << std::string(17 - what.size(), ' ')
              << coloured(part.there ? "yes" : "no ", part.there ? Colour::kGood : Colour::kDoubtful) << "  for "
              << part.what_for << "\n";
    if (!part.there) std::cout << "                   to get it: " << part.how_to_get << "\n";
  }
  print_next({missing == 0 ? "Nothing is missing." : "What is missing is needed for the commands named beside it alone.",
              demo_data().empty() ? "vec2vec --help" : "vec2vec demo"});
  return kSuccess;
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto common = std::make_shared<Common>();
  CLI::App* command = app.add_subcommand("doctor", "Say what this build has, what it lacks and how to get it");
  add_common(*command, *common);
  command->footer(
      "Examples:\n"
      "  vec2vec doctor\n"
      "  vec2vec doctor --json");
  command->callback([common, &run] { run = [common] { return run_doctor(*common); }; });
}

}  // namespace vec2vec::cli
