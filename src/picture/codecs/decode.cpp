// SPDX-License-Identifier: Apache-2.0
#include "picture/codecs/codecs.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// What a file that is no JPEG, PNG or WebP begins like.
std::string kind_of(std::string_view file) {
  if (file.empty()) return "empty";
  if (file.starts_with("GIF8")) return "a GIF";
  if (file.starts_with("BM")) return "a BMP";
  if (file.starts_with("II*") || file.starts_with(std::string_view("MM\0*", 4))) return "a TIFF";
  if (file.size() > 12 && file.substr(4, 4) == "ftyp") return "a HEIC, AVIF or a film";
  if (file.starts_with("<svg") || file.starts_with("<?xml")) return "an SVG";
  return "no picture";
}

}  // namespace

bool has_picture_codecs() { return true; }

Picture sized_picture(std::uint64_t width, std::uint64_t height, Index most_pixels) {
  if (width < 1 || height < 1) bad_input("the picture has no pixels");
  const auto most = static_cast<std::uint64_t>(most_pixels);
  if (width > most || height > most || width * height > most)
    bad_input("the picture has " + std::to_string(width) + " x " + std::to_string(height) + " pixels, more than " +
              std::to_string(most_pixels));
  Picture picture{static_cast<Index>(width), static_cast<Index>(height), {}};
  picture.rgb.resize(static_cast<std::size_t>(width * height * 3));
  return picture;
}

Picture decode_picture(std::string_view file, Index most_pixels) {
  DecodedPicture decoded;
  if (file.starts_with("\xFF\xD8"))
    decoded = decode_jpeg(file, most_pixels);
  else if (file.starts_with("\x89PNG\r\n\x1A\n"))
    decoded = decode_png(file, most_pixels);
  else if (file.starts_with("RIFF") && file.size() >= 12 && file.substr(8, 4) == "WEBP")
    decoded = decode_webp(file, most_pixels);
  else
    bad_input("the file is " + kind_of(file), {}, "JPEG, PNG and WebP are read; convert it to one of them");
  return turned(std::move(decoded.picture), decoded.orientation);
}

}  // namespace vec2vec
