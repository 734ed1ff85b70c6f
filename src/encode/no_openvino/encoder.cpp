// SPDX-License-Identifier: Apache-2.0
// What takes the place of src/encode/openvino/ in a build without OpenVINO.
#include "vec2vec/encode.h"
#include "vec2vec/error.h"

namespace vec2vec {

struct Encoder::Parts {
  std::string card;
};

bool has_encoders() { return false; }

Encoder::Encoder(const std::string& folder, const EncoderOptions&) {
  bad_input("this build has no text encoders: OpenVINO was not found", folder,
            "scripts/setup.sh --encode, then configure and build again (cmake --preset release)");
}

Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Index Encoder::dim() const { return 0; }
Index Encoder::max_tokens() const { return 0; }
const std::string& Encoder::card() const { return parts_->card; }
TokenCounts Encoder::encode(std::span<const std::string_view>, MatrixSpan, const Progress&) const { return {}; }
std::vector<std::int32_t> Encoder::tokenize(std::string_view) const { return {}; }

}  // namespace vec2vec
