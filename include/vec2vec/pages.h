#pragma once
#include <string>

namespace vec2vec {

/// The HTML page, complete in itself, of AuditReport::to_json() with what the caller added to it (docs/audit.md). Pages ask for
/// nothing from any network. Thread-safe, as all here.
std::string audit_page(const std::string& json);

/// The same of the log that NeuralOptions::on_log hands over.
std::string training_page(const std::string& json);

/// Writes a page: the file appears whole, or not at all. Throws Error{kBadInput} when it exists, unless overwrite.
void save_page(const std::string& path, const std::string& page, bool overwrite);

}  // namespace vec2vec
