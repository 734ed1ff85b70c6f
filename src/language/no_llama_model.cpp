// SPDX-License-Identifier: Apache-2.0
// What takes the place of llama_model.cpp in a build without llama.cpp.
#include "vec2vec/error.h"
#include "vec2vec/language_model.h"

namespace vec2vec {

bool has_language_models() { return false; }

std::unique_ptr<LanguageModel> open_language_model(const std::string& gguf_path, const LanguageModelOptions&) {
  bad_input("this build reads no language models: llama.cpp was not found", gguf_path,
            "scripts/setup.sh --invert, then configure and build again (cmake --preset release)");
}

}  // namespace vec2vec
