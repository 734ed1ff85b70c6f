#include "vec2vec/pages.h"

#include "core/boundary.h"
#include "io/file/atomic_file.h"
#include "report/templates.h"

namespace vec2vec {
namespace {

std::string fill(std::string_view page, const std::string& json) {
  // Within <script> only "<" could end the data early.
  std::string data;
  for (const char c : json) {
    if (c == '<')
      data += "\\u003c";
    else
      data += c;
  }
  constexpr std::string_view kPlace = "{{REPORT}}";
  std::string filled(page);
  return filled.replace(filled.find(kPlace), kPlace.size(), data);
}

}  // namespace

std::string audit_page(const std::string& json) { return fill(kAuditTemplate, json); }

std::string training_page(const std::string& json) { return fill(kTrainingTemplate, json); }

void save_page(const std::string& path, const std::string& page, bool overwrite) try {
  write_file(path, page, overwrite);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
