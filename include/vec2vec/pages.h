// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

// Thread-safe: calls share nothing.
namespace vec2vec {

/// The HTML page, complete in itself, of AuditReport::to_json() with what the caller added to it (docs/audit.md). Pages ask for
/// nothing from any network.
std::string audit_page(const std::string& json);

/// The same of an alignment: a JSON object with the members of AlignSummary::to_json(), and with `portrait` (portrait.h),
/// `inputs` (source, target and more_targets, as in a map's card), `map` (its path), `next` (a list of what to do: `say`,
/// `command`), `date`, `library_version` and `command`, each of which may be missing. The evidence is drawn among the runs that
/// the verdict was calibrated on.
std::string align_page(const std::string& json);

/// The same of MeasureGrid::to_json(), and MeasureGrid::to_csv(), which the page offers as a file.
std::string measure_page(const std::string& json, const std::string& csv);

/// The same of a migration: MigratePlan::to_json() with `dry_run` true, or MigrateSummary::to_json(), with `map`, `map_sha256`,
/// `table`, `column` and `into`, and with `gate`, `retention`, `advice` and `next`, each of which may be missing.
std::string migration_page(const std::string& json);

/// The same of GateReport::to_json() with `map`, and with `retention`, which may be missing.
std::string gate_page(const std::string& json);

/// The same of the log that NeuralOptions::on_log hands over.
std::string training_page(const std::string& json);

/// Writes a page: the file appears whole, or not at all. Throws Error{kBadInput} when it exists, unless overwrite.
void save_page(const std::string& path, const std::string& page, bool overwrite);

}  // namespace vec2vec
