// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/audit.h"

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "cli/common/command.h"
#include "cli/common/effort.h"
#include "cli/common/files.h"
#include "cli/common/page_file.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "cli/help/spelling.h"
#include "cli/texts/audit_texts.h"
#include "cli/texts/known_models.h"
#include "cli/texts/phases.h"
#include "core/text/json.h"
#include "map/targets.h"
#include "vec2vec/encode.h"
#include "vec2vec/error.h"
#include "vec2vec/inspect.h"
#include "vec2vec/pages.h"
#include "vec2vec/texts.h"

namespace vec2vec::cli {
namespace {

using Json = nlohmann::ordered_json;

struct AuditArguments {
  Common common;
  std::string store, output, map, to, truth, checkpoint, fail_at, language_model;
  ModelArguments models;
  OpenOptions store_open;
  TextSet known{"public", {}, {}}, attributes{"attributes", {}, {}}, words{"words", {}, {}}, candidates{"candidates", {}, {}},
      native{"store-texts", {}, {}};
  std::vector<std::string> defences;
  AuditOptions options;
  bool force = false, no_defences = false;
};

void check_labels(const std::vector<std::string>& labels, const std::string& path) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i].empty())
      bad_input("an empty line is no label", path + ", line " + std::to_string(i + 1), "a label a line, and no others");
}

/// Line i: the labels of row i by name, split by "|"; an empty line = unknown. One line more than rows, whose first names no
/// label: it is a header.
std::vector<std::vector<Index>> read_truth(const std::string& path, const std::vector<std::string>& labels, Index rows,
                                           bool quiet) {
  std::map<std::string, Index> index;
  for (std::size_t l = 0; l < labels.size(); ++l) index.emplace(labels[l], static_cast<Index>(l));
  std::vector<std::string> lines = read_texts(path);
  const bool header = static_cast<Index>(lines.size()) == rows + 1 && !lines[0].empty() &&
                      !index.contains(lines[0].substr(0, lines[0].find('|')));
  if (header) {
    print_notes(path, {"the first line, '" + lines[0] + "', is none of the labels and is taken for a header"}, quiet);
    lines.erase(lines.begin());
  }
  if (static_cast<Index>(lines.size()) != rows)
    bad_input("has " + std::to_string(lines.size()) + " lines, but the store has " + std::to_string(rows) + " rows", path,
              "one line of true labels for each row");
  std::vector<std::vector<Index>> truth(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::istringstream parts(lines[i]);
    for (std::string name; std::getline(parts, name, '|');) {
      const auto found = index.find(name);
      if (found == index.end())
        bad_input("'" + name + "' is none of the labels", path + ", line " + std::to_string(i + 1 + header),
                  "names as in --attributes, several split by |");
      truth[i].push_back(found->second);
    }
  }
  return truth;
}

/// What the owner should know about the file itself. No report has values of rows.
Json data_facts(const std::string& path, const OpenOptions& open, const AuditArguments& arguments, const Progress& progress) {
  InspectOptions options;
  options.threads = arguments.common.threads;
  options.progress = progress;
  Json facts = parse_ordered_json(inspect(path, open, options).to_json());
  facts.erase("notes");  // they may name columns and ids
  facts["sha256"] = file_sha256(path);
  return facts;
}

std::vector<std::string> inputs(const AuditArguments& a) {
  std::vector<std::string> paths = {a.store, a.map, a.truth, a.language_model};
  for (const TextSet* set : {&a.known, &a.attributes, &a.words, &a.candidates, &a.native}) {
    paths.push_back(set->texts);
    paths.insert(paths.end(), set->vectors.begin(), set->vectors.end());
  }
  std::erase(paths, std::string());
  return paths;
}

/// Refuses a level that no outcome of these inputs can reach, for the command would then always pass.
void require_reachable(const AuditArguments& a, const std::optional<Verdict>& map) {
  AuditScope scope;
  if (a.options.bootstrap > 0) {
    scope.attributes = a.attributes.given() && !a.truth.empty();
    scope.words = (!a.known.texts.empty() || a.words.given()) && !a.native.texts.empty();
    scope.membership = a.candidates.given();
  }
  scope.map = map;
  const Severity wanted = parse_severity(a.fail_at), highest = highest_severity(scope);
  if (wanted <= highest) return;
  std::string why, way;
  if (map.value_or(Verdict::kAligned) != Verdict::kAligned) {
    why = std::string("the verdict of the map given is ") + to_string(*map);
    way = "no --map, so that one is searched for, or one whose verdict is ALIGNED";
  } else if (a.options.bootstrap == 0) {
    why = "--bootstrap 0 gives no intervals that could lie above chance";
    way = "--bootstrap 1000";
  } else {
    why = "nothing that was given can be scored";
    way = "--candidates, --attributes with --truth, or --public (or --words) with --store-texts";
  }
  bad_input("the severity cannot become " + a.fail_at + " with these inputs, so that nothing could ever fail: " + why,
            "--fail-at", way + (highest > Severity::kLow ? std::string("; or --fail-at ") + to_string(highest) : ""));
}

/// Refuses arguments that do not belong together.
void check_arguments(const AuditArguments& arguments) {
  if (!arguments.known.given()) bad_input("is required", "--public", "public texts, or their vectors in --public-vectors");
  if (!arguments.attributes.vectors.empty() && arguments.attributes.texts.empty())
    bad_input("needs the names of the labels too", "--attributes-vectors", "--attributes FILE, a label a line");
  if (!arguments.words.vectors.empty() && arguments.words.texts.empty())
    bad_input("needs the words too", "--words-vectors", "--words FILE, a word or phrase a line");
  if (!arguments.truth.empty() && arguments.attributes.texts.empty())
    bad_input("needs --attributes", "--truth", "--attributes FILE, a label a line");
  if (!arguments.language_model.empty() && arguments.models.folders.empty())
    bad_input("needs the encoder of the known space", "--lm", "--encoder FOLDER");
  check_page(arguments.output, arguments.force, inputs(arguments));
}

/// One encoder for each known space, in the order of the public vectors.
std::vector<Encoder> open_encoders(const TextLoader& loader, const LoadedTexts& known) {
  std::vector<Encoder> encoders;
  for (std::size_t k = 0; k < loader.models.size(); ++k) {
    EncoderOptions options;
    options.prefix = loader.models[k].prefix;
    options.threads = loader.threads;
    const Encoder& encoder = encoders.emplace_back(loader.models[k].folder, options);
    if (encoder.dim() != known.in(k).cols)
      bad_input("has dimension " + std::to_string(encoder.dim()) + ", but the public vectors have " +
                    std::to_string(known.in(k).cols),
                loader.models[k].folder, "the model that the public texts were encoded with");
  }
  return encoders;
}

TextEncoder text_encoder(const Encoder& encoder) {
  return [&encoder](std::span<const std::string_view> texts, MatrixSpan out) { encoder.encode(texts, out); };
}

/// The models of a report: the folder of a single one, or a list.
void add_models(Json& json, const std::vector<KnownModel>& models) {
  if (models.size() < 2) {
    json["model"] = models.empty() ? "" : models[0].folder;
    return;
  }
  for (const KnownModel& model : models)
    json["models"].push_back({{"name", model.name}, {"folder", model.folder}, {"prefix", model.prefix}});
}

/// All sets of texts of an audit. native: what only the owner has.
struct LoadedSets {
  LoadedTexts known, labels, words, candidates, native;
};

LoadedSets load_sets(const AuditArguments& arguments, const TextLoader& loader) {
  LoadedSets sets;
  sets.known = loader.load(arguments.known);
  sets.labels = loader.load(arguments.attributes);
  check_labels(sets.labels.texts, arguments.attributes.texts);
  sets.words = loader.load(arguments.words);
  sets.candidates = loader.load(arguments.candidates);
  if (!arguments.native.vectors.empty() || !loader.models.empty()) {
    sets.native = loader.load(arguments.native);
  } else if (!arguments.native.texts.empty()) {  // texts alone score the words
    sets.native.texts = read_texts(arguments.native.texts);
  }
  return sets;
}

/// The problem of what was loaded, which has to outlive it.
AuditProblem problem_of(MatrixView store, const LoadedSets& sets, const std::vector<std::string>& names) {
  AuditProblem problem{store, sets.known.in(0), sets.known.texts};
  problem.public_name = names[0];
  problem.labels = sets.labels.texts;
  problem.label_rows = sets.labels.in(0);
  problem.words = sets.words.texts;
  problem.word_rows = sets.words.in(0);
  problem.candidates = sets.candidates.in(0);
  problem.store_texts = sets.native.texts;
  problem.native = sets.native.in(0);
  for (std::size_t k = 1; k < names.size(); ++k)
    problem.more_spaces.push_back(
        {names[k], sets.known.in(k), sets.labels.in(k), sets.words.in(k), sets.candidates.in(k), sets.native.in(k)});
  return problem;
}

/// The SHA-256 of a set's vectors; of several known spaces, those of all.
std::string hash_of(const LoadedTexts& set) {
  const Json vectors = set.files.value("vectors", Json::object());
  if (vectors.is_object()) return vectors.value("sha256", "");
  std::string hashes;
  for (const Json& one : vectors) hashes += one.at("sha256").get<std::string>() + " ";
  return hashes;
}

/// What must be the same for an audit to go on from kept stages.
std::string identity_of(const AuditArguments& arguments, const LoadedSets& sets, const std::vector<Encoder>& encoders) {
  Json identity = {{"store", file_sha256(arguments.store)},
                   {"raw_dim", arguments.store_open.raw_dim},
                   {"tensor", arguments.store_open.tensor},
                   {"public", hash_of(sets.known)},
                   {"public_texts", sets.known.files.value("/texts/sha256"_json_pointer, "")},
                   {"native", hash_of(sets.native)}};
  if (encoders.size() == 1) identity["encoder"] = parse_ordered_json(encoders[0].card());
  for (std::size_t k = 0; encoders.size() > 1 && k < encoders.size(); ++k)
    identity["encoders"].push_back(parse_ordered_json(encoders[k].card()));
  if (!arguments.map.empty()) identity["map"] = {file_sha256(arguments.map), arguments.to};
  return json_text(identity);
}

/// How the report was made.
Json reproduction(const AuditArguments& arguments, const LoadedSets& sets, const std::vector<KnownModel>& models,
                  const LanguageModel* language_model) {
  const AuditOptions& options = arguments.options;
  Json json = {{"command", command_line()},          {"seed", options.seed},
               {"max_rows", options.max_rows},       {"effort", to_string(options.effort)},
               {"time_budget", options.time_budget}, {"partial", options.partial}};
  add_models(json, models);
  json.update({{"public", sets.known.files},
               {"attributes", sets.labels.files},
               {"words", sets.words.files},
               {"candidates", sets.candidates.files}});
  if (language_model) json["language_model"] = parse_ordered_json(language_model->card());
  return json;
}

NextStep next_step(Severity severity, const AuditArguments& arguments) {
  if (severity == Severity::kInconclusive)
    return {"The attack did not get through; a longer search may.", "the same command with --effort high --force"};
  if (arguments.no_defences)
    return {"What would a rotation, noise or quantisation change?", "the same command without --no-defences, with --force"};
  return {"Which rows and words come to light, and what each defence stops and costs.", "look at " + arguments.output};
}

/// Writes the page and its figures, and prints what was found; the exit code.
int tell_report(const AuditReport& report, Json facts, Json made, const AuditArguments& arguments) {
  const AuditOptions& options = arguments.options;
  const bool has_policy = !arguments.fail_at.empty();
  const bool broken = has_policy && report.severity >= parse_severity(arguments.fail_at);
  Json json = report_head("audit of a vector store");
  json.update(parse_ordered_json(report.to_json()));
  for (Json& line : json["severity"]["advice"]) line = in_flags(line.get<std::string>());
  json["data"] = std::move(facts);
  json["redacted"] = !options.reveal;
  json["policy"] = has_policy ? Json{{"fail_at", arguments.fail_at}, {"broken", broken}} : Json(nullptr);
  json["reproduction"] = std::move(made);
  write_page(arguments.output, audit_page, json, arguments.force);

  if (arguments.common.json) {
    std::cout << json_text(json, 2) << "\n";
  } else {
    print_report(report.brief());
    if (!arguments.common.quiet) {
      std::cout << "\nThe report is in " << arguments.output << ", its figures in " << json_path(arguments.output) << "\n";
      print_next(next_step(report.severity, arguments));
      if (options.reveal) std::cout << "note: it shows words and texts of the store; keep it as safe as the store itself\n";
    }
  }
  const bool open = has_policy && report.severity == Severity::kInconclusive;
  if (broken && !arguments.common.json) std::cout << "policy broken: severity is at or above " << arguments.fail_at << "\n";
  if (open && !arguments.common.json) std::cout << "policy not decided: the attack was inconclusive\n";
  return broken ? kPolicyExit : open ? kUncertainExit : kSuccess;
}

/// The stages that take the time of an audit: an alignment, and one behind each defence.
std::vector<std::string> alignments(const AuditOptions& options, bool finds_map) {
  std::vector<std::string> stages;
  if (finds_map) stages.push_back("align");
  for (const auto& steps : options.defences) stages.push_back("attack " + to_string(steps));
  return stages;
}

int run_audit(AuditArguments arguments) {
  check_arguments(arguments);
  if (arguments.checkpoint.empty()) arguments.checkpoint = arguments.output + ".checkpoint";
  const Map map = arguments.map.empty() ? Map() : load_map(arguments.map, arguments.store, arguments.to);
  if (!arguments.fail_at.empty())
    require_reachable(arguments, arguments.map.empty() ? std::nullopt : std::optional(verdict_of(map)));
  const std::vector<KnownModel> models = known_models(arguments.models);
  const std::vector<std::string> names = space_names(models, arguments.known.vectors);
  if (!arguments.map.empty()) match_targets(map, names);  // before anything is encoded
  AuditOptions& options = arguments.options;
  for (const std::string& steps : arguments.defences) options.defences.push_back(parse_defence(steps));

  ProgressLine progress(arguments.common.quiet);
  options.progress = progress.functor();
  options.seed = arguments.common.seed;
  options.threads = arguments.common.threads;
  const auto store_file = open_input(arguments.store, arguments.store_open, arguments.common.quiet);
  if (arguments.defences.empty() && !arguments.no_defences) options.defences = default_defences(store_file->dim());
  const Matrix store = load_rows(*store_file, 0, "read store", options.progress).rows;
  const TextLoader loader{models, names, arguments.checkpoint, options.threads, arguments.common.quiet, options.progress};
  const LoadedSets sets = load_sets(arguments, loader);
  AuditProblem problem = problem_of(store, sets, names);
  if (!arguments.map.empty()) problem.map = &map;
  if (!arguments.truth.empty())
    problem.truth = read_truth(arguments.truth, sets.labels.texts, store.rows(), arguments.common.quiet);
  std::vector<Encoder> encoders;
  std::unique_ptr<LanguageModel> language_model;
  if (!arguments.language_model.empty()) {
    encoders = open_encoders(loader, sets.known);
    LanguageModelOptions language;
    language.threads = options.threads;
    language_model = open_language_model(arguments.language_model, language);
    problem.language_model = language_model.get();
    problem.encode = text_encoder(encoders[0]);
    for (std::size_t k = 1; k < encoders.size(); ++k) problem.more_spaces[k - 1].encode = text_encoder(encoders[k]);
  }
  options.checkpoint = arguments.checkpoint;
  options.identity = identity_of(arguments, sets, encoders);
  Json facts = {{"store", data_facts(arguments.store, arguments.store_open, arguments, options.progress)}};
  options.progress = in_phases(options.progress, alignments(options, arguments.map.empty()));
  const AuditReport report = audit(problem, options);
  progress.finish();
  return tell_report(report, std::move(facts), reproduction(arguments, sets, models, language_model.get()), arguments);
}

void add_texts(CLI::App& command, TextSet& set, const std::string& texts_help, const std::string& vectors_help) {
  command.add_option("--" + set.name, set.texts, texts_help)->type_name("FILE");
  add_repeated(command, "--" + set.name + "-vectors", set.vectors, vectors_help)->type_name("FILE");
}

}  // namespace

void add_audit(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<AuditArguments>();
  AuditOptions& options = arguments->options;
  CLI::App* command =
      app.add_subcommand("audit", "Measure what the vectors of your own store give away to whoever copies them");
  command->add_option("STORE", arguments->store, "Vectors of your store")->type_name("FILE")->required();
  command
      ->add_option("-o,--output", arguments->output, "Page to write (.html); its figures go beside it, with the ending .json")
      ->type_name("FILE")
      ->required();
  add_texts(*command, arguments->known, "Public texts of the same kind, a text a line; other texts than the store's",
            "Their vectors in a space you can read; without it they are encoded with --encoder. Once for each known space");
  add_model_options(*command, arguments->models, "--encoder",
                    "Model folder that encodes what has no vectors (see encode). Once for each model to read the store with "
                    "several at once, in their consensus; files of vectors then come in the same order");
  add_texts(*command, arguments->attributes, "Attributes to guess, a label a line", "Their vectors");
  add_texts(*command, arguments->words, "Words or phrases to look for, one a line; default: the words of the public texts",
            "Their vectors");
  add_texts(*command, arguments->candidates, "Texts of which you ask whether the store holds them", "Their vectors");
  command
      ->add_option("--lm", arguments->language_model,
                   "Language model, a GGUF file, that writes texts for the samples (see invert); needs --encoder")
      ->type_name("FILE");
  add_time_option(*command, "--text-time", options.inversion.text_time, "Time for each of these texts; 0 = no limit");
  const std::string scoring = "To score the guesses, which an attacker cannot";
  CLI::Option* truth = command->add_option("--truth", arguments->truth, "True labels of each row, split by |; empty = unknown");
  truth->type_name("FILE")->group(scoring);
  command->add_option("--store-texts", arguments->native.texts, "The store's own texts, a line a row")
      ->type_name("FILE")
      ->group(scoring);
  add_repeated(*command, "--store-texts-vectors", arguments->native.vectors, "Their vectors in the known space")
      ->type_name("FILE")
      ->group(scoring);
  command->add_option("--map", arguments->map, "Map found before (vec2vec align), instead of finding one")->type_name("FILE");
  add_target_option(*command, arguments->to);
  command
      ->add_option("--defences", arguments->defences,
                   "Defences to attack too, as in defend --steps, each in an argument of its own")
      ->type_name("STEPS");
  command->add_flag("--no-defences", arguments->no_defences, "Attack the store as it is only")->excludes("--defences");
  add_effort_option(*command, options.effort, options.time_budget,
                    "Of each alignment, as in align: low, normal or high, or a time such as 5m");
  command->add_flag(
      "--partial", options.partial,
      "As in align: when all rows together do not align, try parts of either side, of the store and of the public texts");
  command->add_option("--max-rows", options.max_rows, "Rows a side behind each alignment, spread evenly")
      ->check(at_least(64))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--k", options.attributes.k, "Guesses a row behind the top-k figures")
      ->check(at_least(1))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--samples", options.samples, "Rows whose words are shown, and for which --lm writes texts")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--bootstrap", options.bootstrap, "Resamples behind the 95 % intervals; 0 = no intervals")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("--reveal", options.reveal, "Show the words and texts of the samples; they are masked otherwise");
  command
      ->add_option(
          "--fail-at", arguments->fail_at,
          "Exit with 7 when the severity is this or worse: low, moderate or high; with 3 when the attack was inconclusive")
      ->check(CLI::IsMember({"low", "moderate", "high"}).description(""))
      ->type_name("LEVEL");
  command
      ->add_option(
          "--checkpoint", arguments->checkpoint,
          "Folder for encoded texts and finished stages, from which the same command goes on; default: OUTPUT.checkpoint")
      ->type_name("FOLDER");
  command->add_flag("--force", arguments->force, "Overwrite the report");
  add_open_options(*command, arguments->store_open, "", "STORE");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  vec2vec audit store.npy --public public.txt --encoder build/models/all-MiniLM-L6-v2 -o report.html\n"
      "  vec2vec audit store.npy --public public.txt --encoder build/models/all-MiniLM-L6-v2 \\\n"
      "      --encoder build/models/bge-small-en-v1.5 -o report.html\n"
      "  vec2vec audit store.npy --public public.txt --public-vectors public.npy --attributes labels.txt \\\n"
      "      --attributes-vectors labels.npy --truth truth.txt --store-texts texts.txt -o report.html --fail-at high\n"
      "Exit codes: 0 success, 2 bad input, 130 interrupted; with --fail-at: 7 the severity is at or above it,\n"
      "3 the attack was inconclusive (the report is written in both cases)\n"
      "Audit stores that you own or may test. What the report means: docs/audit.md");
  command->callback([arguments, &run] { run = [arguments] { return run_audit(*arguments); }; });
}

}  // namespace vec2vec::cli
