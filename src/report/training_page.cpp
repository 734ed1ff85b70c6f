#include "report/training_page.h"

#include "report/page.h"

namespace vec2vec {

std::string training_page(const std::string& json) { return fill_page(kTrainingTemplate, json); }

}  // namespace vec2vec
