// SPDX-License-Identifier: Apache-2.0
#include "cli/common/command.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

namespace vec2vec::cli {
namespace {
std::string typed_line;
}

void set_command_line(int argc, char** argv) {
  typed_line = "vec2vec";
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("-_./=,:+@%", c); };
    if (word.empty() || !std::all_of(word.begin(), word.end(), plain)) {
      std::string quoted = "'";
      for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
      word = quoted + "'";
    }
    typed_line += " " + word;
  }
}

const std::string& command_line() { return typed_line; }

CLI::Validator at_least(Index smallest) {
  const auto check = [smallest](const std::string& text) -> std::string {
    Index value = 0;
    if (CLI::detail::lexical_cast(text, value) && value >= smallest) return "";
    return "must be a whole number of at least " + std::to_string(smallest) + ", is " + text;
  };
  return CLI::Validator(check, "");
}

namespace {

/// Digits alone: a sign would be taken for a number near 2^64.
CLI::Validator seed() {
  const auto check = [](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return "";
    return "must be a whole number from 0 to 18446744073709551615, is " + text;
  };
  return CLI::Validator(check, "");
}

}  // namespace

void add_common(CLI::App& command, Common& common) {
  const std::string group = "Common options";
  command.add_flag("--json", common.json, "Print the result as JSON on stdout")->group(group);
  command.add_option("--seed", common.seed, "Seed of every random choice")
      ->check(seed())
      ->type_name("N")
      ->capture_default_str()
      ->group(group);
  command.add_option("--threads", common.threads, "Threads; 0 = all cores")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str()
      ->group(group);
  command.add_flag("--quiet", common.quiet, "No progress and no hints")->group(group);
}

void add_open_options(CLI::App& command, OpenOptions& open, const std::string& suffix, const std::string& input) {
  command
      .add_option("--raw-dim" + suffix, open.raw_dim, "Columns of " + input + " when it is headerless little-endian float32")
      ->check(at_least(1))
      ->type_name("N");
  command
      .add_option("--tensor" + suffix, open.tensor, "Array to read when " + input + " is a safetensors or npz file of several")
      ->type_name("NAME");
  command
      .add_option(
          "--field" + suffix, open.field,
          "Field of the vector when " + input +
              " is JSON, such as response.body.data[0].embedding; default: embedding, vector, or the only list of numbers")
      ->type_name("NAME");
}

void add_output_option(CLI::App& command, std::string& output, bool carries_records) {
  const std::string records = carries_records ? " .ndjson .jsonl" : "";
  command
      .add_option("-o,--output", output,
                  "File to write; format by its ending: .npy .safetensors .fvecs .csv .tsv" + records + " .bin .raw .f32")
      ->type_name("FILE")
      ->required();
}

std::string written_to(const std::string& output, bool quiet) {
  return "In " + output + (quiet ? "\n" : "; where they come from is in " + output + ".provenance.json\n");
}

void add_type_option(CLI::App& command, std::string& type) {
  command.add_option("--type", type, "Type of the values written (npy and safetensors): float16 or float32")
      ->check(CLI::IsMember({"float16", "float32"}).description(""))
      ->type_name("TYPE")
      ->capture_default_str();
}

void add_block_rows_option(CLI::App& command, Index& block_rows, const std::string& help) {
  command.add_option("--block-rows", block_rows, help)->check(at_least(1))->type_name("N")->capture_default_str();
}

ValueType value_type(const std::string& type) { return type == "float16" ? ValueType::kFloat16 : ValueType::kFloat32; }

}  // namespace vec2vec::cli
