#pragma once
#include <string>
#include <string_view>

namespace vec2vec {

/// src/report/training.html, compiled in (cmake/embed.cmake).
extern const std::string_view kTrainingTemplate;

/// A page, complete in itself, that draws the training log (JSON of neural::history_json).
std::string training_page(const std::string& json);

}  // namespace vec2vec
