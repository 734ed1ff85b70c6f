#pragma once
#include <string>
#include <string_view>

namespace vec2vec {

/// A page's template with JSON in the place of {{REPORT}}, which stands within <script>.
std::string fill_page(std::string_view page, const std::string& json);

}  // namespace vec2vec
