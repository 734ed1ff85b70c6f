#pragma once
#include <string_view>

namespace vec2vec {

/// src/report/audit.html, compiled in (cmake/embed.cmake).
extern const std::string_view kAuditTemplate;

}  // namespace vec2vec
