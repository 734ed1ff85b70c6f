#pragma once
#include <string>

namespace vec2vec {

/// HTML pages, complete in themselves, that draw reports from their JSON. They ask for nothing from any network. Thread-safe.

/// Of AuditReport::to_json(), with what the caller added to it (docs/audit.md).
std::string audit_page(const std::string& json);

/// Of the log that NeuralOptions::on_log hands over.
std::string training_page(const std::string& json);

/// Writes a page: the file appears whole, or not at all. Throws Error{kBadInput} when it exists, unless overwrite.
void save_page(const std::string& path, const std::string& page, bool overwrite);

}  // namespace vec2vec
