// SPDX-License-Identifier: Apache-2.0
// What takes the place of src/encode/openvino/picture/ in a build without OpenVINO.
#include "vec2vec/encode_pictures.h"
#include "vec2vec/error.h"

namespace vec2vec {

struct PictureEncoder::Parts {
  std::string card;
};

bool has_picture_encoders() { return false; }

PictureEncoder::PictureEncoder(const std::string& folder, const PictureEncoderOptions&) {
  bad_input("this build has no picture encoders: OpenVINO was not found", folder,
            "scripts/setup.sh --encode, then configure and build again (cmake --preset release)");
}

PictureEncoder::~PictureEncoder() = default;
PictureEncoder::PictureEncoder(PictureEncoder&&) noexcept = default;
PictureEncoder& PictureEncoder::operator=(PictureEncoder&&) noexcept = default;
Index PictureEncoder::dim() const { return 0; }
const std::string& PictureEncoder::card() const { return parts_->card; }
void PictureEncoder::encode(Index, const Bytes&, MatrixSpan, std::vector<std::string>&, const Progress&) const {}

}  // namespace vec2vec
