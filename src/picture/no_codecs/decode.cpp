// SPDX-License-Identifier: Apache-2.0
// What takes the place of src/picture/codecs/ in a build without libjpeg, libpng and libwebp.
#include "picture/picture.h"
#include "vec2vec/error.h"

namespace vec2vec {

bool has_picture_codecs() { return false; }

Picture decode_picture(std::string_view, Index) {
  bad_input("this build reads no pictures: libjpeg, libpng or libwebp was not found", {},
            "scripts/setup.sh --encode, then configure and build again (cmake --preset release)");
}

}  // namespace vec2vec
