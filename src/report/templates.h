#pragma once
#include <string_view>

namespace vec2vec {

// The pages of this folder, compiled in (cmake/embed.cmake). Each has {{REPORT}} within <script>, where its JSON goes.
extern const std::string_view kAuditTemplate;     ///< audit.html
extern const std::string_view kTrainingTemplate;  ///< training.html

}  // namespace vec2vec
