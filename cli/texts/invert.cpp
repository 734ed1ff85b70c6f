// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/common/command.h"
#include "cli/common/effort.h"
#include "cli/common/files.h"
#include "cli/common/roles.h"
#include "cli/common/terminal.h"
#include "cli/texts/known_models.h"
#include "core/text/json.h"
#include "core/text/number.h"
#include "io/file/provenance.h"
#include "map/targets.h"
#include "vec2vec/encode.h"
#include "vec2vec/endpoint_judge.h"
#include "vec2vec/error.h"
#include "vec2vec/inversion.h"
#include "vec2vec/map.h"
#include "vec2vec/text_scores.h"
#include "vec2vec/texts.h"
#include "vec2vec/version.h"

namespace vec2vec::cli {
namespace {

using Json = nlohmann::ordered_json;

struct InvertArguments {
  Common common;
  std::string vectors, language_model, map, to, public_texts, store_texts, judge = "lm", output, precision = "float32";
  ModelArguments models;
  std::vector<std::string> public_vectors;
  JudgeEndpoint endpoint;
  LanguageModelOptions language;
  InversionOptions options;
  std::optional<double> fluency, enough;
  OpenOptions open;
  Index rows = 0, bootstrap = 1000;
  bool force = false, restart = false, ignore_fingerprint = false;
};

/// The options of the search. Defaults depend on whether the vectors are translated.
InversionOptions search_options(const InvertArguments& a) {
  const InversionOptions defaults = a.map.empty() ? InversionOptions{} : InversionOptions::of_translated();
  InversionOptions options = a.options;
  options.fluency = a.fluency.value_or(defaults.fluency);
  options.enough = a.enough.value_or(defaults.enough);
  options.seed = a.common.seed;
  options.threads = a.common.threads;
  return options;
}

Json options_json(const InvertArguments& a, const InversionOptions& o) {
  Json json = parse_ordered_json(o.to_json());
  json.update({{"seed", a.common.seed}, {"rows", a.rows}});
  return json;
}

/// The encoders of the known spaces, in the order of the map's.
struct KnownEncoders {
  std::vector<KnownModel> models;
  std::vector<Encoder> encoders;
  std::vector<std::string> public_vectors;  ///< a file for each, or none
};

KnownEncoders open_encoders(const InvertArguments& a, const Map& map) {
  const std::vector<KnownModel> models = known_models(a.models);
  if (a.map.empty() && models.size() > 1)
    bad_input("vectors that no map translates are those of one model", "--encoder", "one encoder, or --map MAP");
  require_one_for_each(a.public_vectors, models.size(), "--public-vectors");
  std::vector<std::string> names;
  for (const KnownModel& model : models) names.push_back(model.name);
  KnownEncoders known;
  for (const std::size_t k : match_targets(map, names)) {
    EncoderOptions options;
    options.prefix = models[k].prefix;
    options.threads = a.common.threads;
    options.precision = a.precision == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32;
    known.models.push_back(models[k]);
    known.encoders.emplace_back(models[k].folder, options);
    if (!a.public_vectors.empty()) known.public_vectors.push_back(a.public_vectors[k]);
    const std::size_t place = known.encoders.size() - 1;
    if (const Index dim = known.encoders[place].dim(); !map.targets.empty() && dim != map.targets[place].mean.cols())
      bad_input("has dimension " + std::to_string(dim) + ", but the map's space '" + map.targets[place].name + "' has " +
                    std::to_string(map.targets[place].mean.cols()),
                models[k].folder, "the models that the map was made for, each with its name there: --encoder NAME=FOLDER");
  }
  return known;
}

/// Vectors of the public texts in the known space: of files, or encoded now.
Matrix public_rows(const InvertArguments& a, const std::vector<std::string>& texts, const KnownEncoders& known, const Map& map,
                   const Progress& progress) {
  std::vector<Matrix> rows;
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (std::size_t k = 0; k < known.encoders.size(); ++k) {
    if (!known.public_vectors.empty()) {
      rows.push_back(
          load_rows(*open_input(known.public_vectors[k], {}, a.common.quiet), 0, "read public vectors", progress).rows);
      continue;
    }
    const std::string stage = "encode public texts" + (known.encoders.size() > 1 ? " by " + known.models[k].name : "");
    rows.emplace_back(static_cast<Index>(texts.size()), known.encoders[k].dim());
    if (!texts.empty())
      known.encoders[k].encode(views, rows[k].span(), [&](std::string_view, double done) { return progress(stage, done); });
  }
  return map.targets.empty() ? std::move(rows[0]) : map.consensus({rows.begin(), rows.end()});
}

/// The encoder of the known space, which several of them make together.
TextEncoder text_encoder(const KnownEncoders& known, const Map& map) {
  std::vector<TextEncoder> encoders;
  for (const Encoder& encoder : known.encoders)
    encoders.push_back([&encoder](std::span<const std::string_view> texts, MatrixSpan out) { encoder.encode(texts, out); });
  return map.targets.empty() ? encoders[0] : consensus_encoder(map, std::move(encoders));
}

/// Where the texts come from; a run that goes on has to have the same.
Json origin_json(const InvertArguments& a, const InversionOptions& options, const KnownEncoders& known,
                 const LanguageModel& model) {
  const auto file = [](const std::string& path) {
    return Json{{"path", path}, {"sha256", path.empty() ? Json(nullptr) : Json(file_sha256(path))}};
  };
  Json origin = {{"vectors", file(a.vectors)}, {"map", file(a.map)}};
  const bool several = known.encoders.size() > 1;
  if (!several) origin["encoder"] = parse_ordered_json(known.encoders[0].card());
  for (std::size_t k = 0; several && k < known.encoders.size(); ++k)
    origin["encoders"].push_back({{"name", known.models[k].name}, {"card", parse_ordered_json(known.encoders[k].card())}});
  origin["language_model"] = parse_ordered_json(model.card());
  origin["public_texts"] = file(a.public_texts);
  if (!several) origin["public_vectors"] = file(known.public_vectors.empty() ? "" : known.public_vectors[0]);
  for (std::size_t k = 0; several && k < known.public_vectors.size(); ++k)
    origin["public_vectors"].push_back(file(known.public_vectors[k]));
  origin["options"] = options_json(a, options);
  origin["library_version"] = version();
  return origin;
}

/// The judge. An endpoint is asked once here, about texts that nobody owns, so that it fails before hours of search.
LeakJudge judge_of(const InvertArguments& a, LanguageModel& model, const Progress& progress) {
  if (a.store_texts.empty()) return {};
  if (a.endpoint.url.empty()) return a.judge == "lm" ? language_model_judge(model, progress) : LeakJudge();
  JudgeEndpoint endpoint = a.endpoint;
  if (const char* key = std::getenv("VEC2VEC_JUDGE_KEY")) endpoint.key = key;
  LeakJudge judge = endpoint_judge(endpoint, progress);
  if (!a.common.quiet) std::cerr << "note: true, found and public texts are sent to " << a.endpoint.url << "\n";
  const std::pair<std::string, std::string> harmless{"The cat sat on the mat.", "a cat on a mat"};
  judge({&harmless, 1});
  return judge;
}

Json judge_json(const InvertArguments& a, double least) {
  if (a.endpoint.url.empty()) return {{"what", "language model"}, {"least_gain", least}};
  return {{"what", "endpoint"}, {"url", a.endpoint.url}, {"model", a.endpoint.model}, {"least_answer", least}};
}

/// The scores that an owner, who knows the texts, gets: of the texts found, and of the nearest public ones without a model.
Json scores_json(const InvertArguments& a, std::span<const Inversion> rows, const std::vector<Index>& numbers,
                 const LeakJudge& judge, const std::vector<std::string>& public_texts, std::string& for_people) {
  const std::vector<std::string> lines = read_texts(a.store_texts);
  std::vector<std::string> truth, found, nearest;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    truth.push_back(lines[static_cast<std::size_t>(numbers[i])]);
    found.push_back(rows[i].text);
    nearest.push_back(rows[i].nearest);
  }
  ScoreOptions options;
  options.bootstrap = a.bootstrap;
  options.seed = a.common.seed;
  options.threads = a.common.threads;
  constexpr Index kUnrelatedPairs = 100;
  if (judge && public_texts.size() > 1) options.sure = unrelated_limit(public_texts, judge, kUnrelatedPairs, options.seed);
  const auto scores = score_inversions(found, truth, judge, options);
  for_people = brief(scores);
  Json json = {{"found", parse_ordered_json(to_json(scores))}};
  if (!public_texts.empty())
    json["nearest_public_text"] = parse_ordered_json(to_json(score_inversions(nearest, truth, {}, options)));
  if (judge) json["judge"] = judge_json(a, options.sure);
  return json;
}

/// The vectors to invert, and their numbers in the file. Texts that are to score them have to be one a row of the file.
struct Chosen {
  Matrix rows;
  std::vector<Index> numbers;
};

Chosen choose_rows(const InvertArguments& a, const Progress& progress) {
  const auto file = open_input(a.vectors, a.open, a.common.quiet);
  Chosen chosen{load_rows(*file, a.rows, "read vectors", progress).rows, {}};
  const Index count = chosen.rows.rows();
  for (Index i = 0; i < count; ++i) chosen.numbers.push_back(i * file->rows() / count);
  if (a.store_texts.empty()) return chosen;
  if (const auto lines = static_cast<Index>(read_texts(a.store_texts).size()); lines != file->rows())
    bad_input("has " + std::to_string(lines) + " lines for " + std::to_string(file->rows()) + " vectors", a.store_texts,
              "one line for each row of " + a.vectors);
  if (count < 2) bad_input("scores need at least 2 rows", "--store-texts", "more --max-rows");
  return chosen;
}

/// The rows in the space of the map's target.
Matrix translated(const InvertArguments& a, const Map& map, const Matrix& rows) {
  Matrix out(rows.rows(), map.target_dim());
  TranslateOptions options;
  options.threads = a.common.threads;
  options.ignore_fingerprint = a.ignore_fingerprint;
  translate(map, rows, out.span(), options, a.vectors);
  return out;
}

int run_invert(const InvertArguments& a) {
  require_ending(a.output, kNdjsonFile);
  std::vector<std::string> inputs = {a.vectors, a.language_model, a.map, a.public_texts};
  inputs.insert(inputs.end(), a.public_vectors.begin(), a.public_vectors.end());
  require_writable(a.output, a.force, inputs);
  ProgressLine line(a.common.quiet);
  const Progress progress = line.functor();
  const InversionOptions options = search_options(a);
  options.validate();
  LanguageModelOptions language = a.language;
  language.threads = a.common.threads;

  Chosen chosen = choose_rows(a, progress);
  Matrix& rows = chosen.rows;
  const Map map = a.map.empty() ? Map() : load_map(a.map, a.vectors, a.to);
  const KnownEncoders known = open_encoders(a, map);
  const auto model = open_language_model(a.language_model, language);
  const LeakJudge judge = judge_of(a, *model, progress);
  InversionAids aids{map.targets.empty() ? known.encoders[0].dim() : map.target_dim()};
  if (!a.map.empty()) {
    rows = translated(a, map, rows);
    aids.mean = map.target_mean;
  }
  if (rows.cols() != aids.dim)
    bad_input("has dimension " + std::to_string(rows.cols()) + ", but the encoder has " + std::to_string(aids.dim),
              a.map.empty() ? a.vectors : a.map, "--map MAP that leads into the encoder's space (vec2vec align)");
  if (!a.public_texts.empty()) aids.public_texts = read_texts(a.public_texts);
  const Matrix known_rows = public_rows(a, aids.public_texts, known, map, progress);
  aids.public_rows = known_rows;
  const Json origin = origin_json(a, options, known, *model);
  const Inverter inverter(*model, text_encoder(known, map), aids, options);
  std::string scores_for_people;
  Json scores;
  const auto score = [&](std::span<const Inversion> found) {
    if (!a.store_texts.empty()) scores = scores_json(a, found, chosen.numbers, judge, aids.public_texts, scores_for_people);
  };
  const auto provenance = [&](const std::string& sha256) {
    return provenance_text("texts found for vectors by vec2vec", a.output, sha256, {{"from", origin}});
  };
  const InversionSummary summary = invert_rows(
      inverter, rows, a.output, {json_text(origin), chosen.numbers, a.force, a.restart, score, provenance, progress});
  line.finish();

  if (a.common.json) {
    Json json = {{"output", a.output}};
    json.update(parse_ordered_json(summary.to_json()));
    json["scores"] = scores;
    json.update(origin);
    std::cout << json_text(json, 2) << "\n";
    return kSuccess;
  }
  print_report(summary.brief() + scores_for_people + written_to(a.output, a.common.quiet));
  if (!a.common.quiet) std::cout << "note: the file may hold texts of the store; keep it as safe as the store itself\n";
  return kSuccess;
}

void add_search_options(CLI::App& command, InvertArguments& a) {
  const std::string group = "Search";
  InversionOptions& o = a.options;
  const auto count = [&](const char* name, Index& value, Index least, const char* help) {
    command.add_option(name, value, help)->check(at_least(least))->type_name("N")->capture_default_str()->group(group);
  };
  count("--beam", o.beam, 1, "Texts kept at each step");
  count("--branches", o.branches, 1, "Likeliest next tokens tried of each");
  count("--max-tokens", o.max_tokens, 1, "Steps: tokens of the longest text that the beam search writes");
  count("--rounds", o.rounds, 0, "Rounds of correction at most");
  count("--edits", o.edits, 1, "Changed texts tried in each");
  count("--examples", o.examples, 0, "Nearest public texts in the prompt");
  count("--hint-words", o.hint_words, 0, "Words read out of each vector first (dictionary of the public texts)");
  command
      .add_option("--fluency", a.fluency,
                  "Weight of the mean log-probability of a token beside the cosine; default: 0.01, with --map 0.04")
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("W")
      ->group(group);
  command
      .add_option("--enough", a.enough,
                  "Cosine that is near enough, more counts a tenth: a translated vector lies some way off its text; default: "
                  "1, with --map 0.6")
      ->check(CLI::Range(0.0, 1.0).description(""))
      ->type_name("C")
      ->group(group);
  add_time_option(command, "--text-time", o.text_time,
                  "Time for each text, then the best so far is taken; 0 = no limit, with which alone runs are repeatable")
      ->group(group);
}

void add_scoring_options(CLI::App& command, InvertArguments& a) {
  const std::string group = "To score the texts, which an attacker cannot";
  CLI::Option* texts = command.add_option("--store-texts", a.store_texts, "The texts of VECTORS, a line a row");
  texts->type_name("FILE")->group(group);
  CLI::Option* judge = command.add_option(
      "--judge", a.judge, "Who says whether a text found gives away the true one: lm (the language model) or none");
  judge->check(CLI::IsMember({"lm", "none"}).description(""))->type_name("WHO")->capture_default_str()->group(group);
  CLI::Option* url = command.add_option(
      "--judge-endpoint", a.endpoint.url,
      "Let a model behind this OpenAI-compatible endpoint judge instead (http://localhost:8080/v1). True, found and public "
      "texts "
      "are sent to it: they leave the machine. Never used unless given. Key: environment variable VEC2VEC_JUDGE_KEY");
  url->type_name("URL")->needs(texts)->excludes(judge)->group(group);
  CLI::Option* name = command.add_option("--judge-model", a.endpoint.model, "The judge's name at that endpoint");
  name->type_name("NAME")->needs(url)->group(group);
  url->needs(name);
  add_time_option(command, "--judge-time", a.endpoint.seconds, "Time for an answer of that endpoint")->needs(url)->group(group);
  command.add_option("--bootstrap", a.bootstrap, "Resamples behind the 95 % intervals; 0 = no intervals")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str()
      ->group(group);
}

}  // namespace

void add_invert(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<InvertArguments>();
  InvertArguments& a = *arguments;
  CLI::App* command = app.add_subcommand("invert", "Turn vectors back into texts, guided by an encoder and a language model");
  command->add_option("VECTORS", a.vectors, "Vectors to invert, of a store that is yours to test")
      ->type_name("FILE")
      ->required();
  add_model_options(*command, a.models, "--encoder",
                    "Model folder of the known space (see encode). With a map of several known spaces, and without --to, once "
                    "for each of them: by their NAMEs there, or in the map's order")
      ->required();
  command->add_option("--lm", a.language_model, "Language model, a GGUF file (scripts/models.sh gemma-3-270m)")
      ->type_name("FILE")
      ->required();
  command->add_option("--map", a.map, "Map from the vectors' space into the encoder's (vec2vec align)")->type_name("FILE");
  add_target_option(*command, a.to);
  command->add_flag("--ignore-fingerprint", a.ignore_fingerprint,
                    "Take vectors that do not look like those the map was fitted on");
  CLI::Option* texts = command->add_option("--public", a.public_texts,
                                           "Public texts of the same kind, one a line: words and examples for the search");
  texts->type_name("FILE");
  add_repeated(*command, "--public-vectors", a.public_vectors,
               "Their vectors by the same encoder, once for each; without it they are encoded")
      ->type_name("FILE")
      ->needs(texts);
  command->add_option("-o,--output", a.output, "File to write, one JSON object a line")->type_name("FILE")->required();
  command->add_option("--max-rows", a.rows, "Invert this many rows, spread evenly; 0 = all")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--precision", a.precision, "Arithmetic of the encoder: float32 or bfloat16 (faster on newer CPUs)")
      ->check(CLI::IsMember({"float32", "bfloat16"}).description(""))
      ->type_name("TYPE")
      ->capture_default_str();
  command->add_option("--context", a.language.context, "Tokens that the language model keeps")
      ->check(at_least(64))
      ->type_name("N")
      ->capture_default_str();
  add_search_options(*command, a);
  add_scoring_options(*command, a);
  command->add_flag("--force", a.force, "Overwrite the output file");
  command->add_flag("--restart", a.restart, "Drop the rows of an interrupted run instead of going on from them");
  add_open_options(*command, a.open, "", "VECTORS");
  add_common(*command, a.common);
  command->footer(
      "Examples:\n"
      "  vec2vec invert native.npy --encoder build/models/all-MiniLM-L6-v2 --lm build/models/gemma-3-270m/model.gguf \\\n"
      "      --public public.txt -o texts.jsonl\n"
      "  vec2vec invert store.npy --map map.safetensors --encoder build/models/all-MiniLM-L6-v2 \\\n"
      "      --lm build/models/gemma-3-270m/model.gguf --public public.txt --max-rows 50 -o texts.jsonl\n"
      "An interrupted run goes on from its last row when the same command is given again. Invert vectors that you own or\n"
      "may test. Method and measures: docs/audit.md");
  command->callback([arguments, &run] { run = [arguments] { return run_invert(*arguments); }; });
}

}  // namespace vec2vec::cli
