#include <string>
#include <string_view>

#include "report/audit_template.h"
#include "vec2vec/audit.h"

namespace vec2vec {

std::string audit_page(const std::string& json) {
  // Within <script> only "<" could end the data early.
  std::string data;
  for (const char c : json) {
    if (c == '<')
      data += "\\u003c";
    else
      data += c;
  }
  constexpr std::string_view kPlace = "{{REPORT}}";
  std::string page(kAuditTemplate);
  return page.replace(page.find(kPlace), kPlace.size(), data);
}

}  // namespace vec2vec
