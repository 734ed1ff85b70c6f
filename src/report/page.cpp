#include "report/page.h"

namespace vec2vec {

std::string fill_page(std::string_view page, const std::string& json) {
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

}  // namespace vec2vec
