// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <nlohmann/json.hpp>

#include "core/boundary.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "io/file/atomic_file.h"
#include "io/resume/kept_records.h"
#include "vec2vec/error.h"
#include "vec2vec/inversion.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Inversion& i) {
  return {{"text", i.text},
          {"cosine", i.cosine},
          {"log_probability", i.log_probability},
          {"words", i.words},
          {"nearest", i.nearest},
          {"nearest_cosine", i.nearest_cosine},
          {"first_text", i.first_text},
          {"first_cosine", i.first_cosine},
          {"encoded_texts", i.encoded_texts},
          {"out_of_time", i.out_of_time}};
}

Inversion inversion_of(const Json& json) {
  Inversion i;
  json.at("text").get_to(i.text);
  json.at("cosine").get_to(i.cosine);
  json.at("log_probability").get_to(i.log_probability);
  json.at("words").get_to(i.words);
  json.at("nearest").get_to(i.nearest);
  json.at("nearest_cosine").get_to(i.nearest_cosine);
  json.at("first_text").get_to(i.first_text);
  json.at("first_cosine").get_to(i.first_cosine);
  json.at("encoded_texts").get_to(i.encoded_texts);
  json.at("out_of_time").get_to(i.out_of_time);
  json.at("seconds").get_to(i.seconds);
  return i;
}

}  // namespace

void InvertRowsOptions::validate() const {
  for (const Index number : numbers) CheckOptions("InvertRowsOptions").at_least(0, number, "numbers");
}

InversionSummary invert_rows(const Inverter& inverter, MatrixView rows, const std::string& out_path,
                             const InvertRowsOptions& options) try {
  options.validate();
  if (!options.overwrite) refuse_existing(out_path);
  InversionSummary summary;
  const auto of_another = options.restart ? KeptRecords::OfAnother::kRestart : KeptRecords::OfAnother::kRefuse;
  KeptRecords kept(out_path + ".partial", options.identity, of_another, [&](const std::string& bytes) {
    try {
      summary.rows.push_back(inversion_of(parse_ordered_json(bytes)));
      return true;
    } catch (const Json::exception&) {
      return false;
    }
  });
  summary.resumed_rows = static_cast<Index>(summary.rows.size());
  if (!options.numbers.empty() && static_cast<Index>(options.numbers.size()) != rows.rows)
    bad_input("there are " + std::to_string(options.numbers.size()) + " numbers for " + std::to_string(rows.rows) + " rows",
              "row numbers");
  const auto number = [&](Index row) { return options.numbers.empty() ? row : options.numbers[static_cast<std::size_t>(row)]; };
  const auto total = static_cast<double>(rows.rows);
  for (Index row = summary.resumed_rows; row < rows.rows; ++row) {
    const Progress progress = part_of(options.progress, static_cast<double>(row) / total, 1 / total);
    try {
      summary.rows.push_back(inverter.invert(rows.row(row), number(row), progress));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) throw;
      std::throw_with_nested(
          Error(ErrorKind::kInterrupted, error.message(), out_path + ".partial",
                "the same command; it goes on from row " + std::to_string(row) + " of " + std::to_string(rows.rows)));
    }
    Json json = json_of(summary.rows.back());
    json["seconds"] = summary.rows.back().seconds;
    const std::string bytes = json_text(json);
    kept.append(bytes.data(), bytes.size());
  }
  if (options.before_writing) options.before_writing(summary.rows);
  AtomicFile file(out_path, options.overwrite, options.provenance);
  for (std::size_t row = 0; row < summary.rows.size(); ++row) {
    Json line = {{"row", number(static_cast<Index>(row))}};
    line.update(json_of(summary.rows[row]));
    file.write(json_text(line) + "\n");
  }
  file.commit();
  kept.remove();
  return summary;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
