// SPDX-License-Identifier: Apache-2.0
// jpeglib.h needs what stands above it.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <csetjmp>
#include <cstring>

#include "picture/codecs/codecs.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// libjpeg's errors end in longjmp, so nothing with a destructor may live between setjmp and the calls that follow it.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf back;
  char text[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  errors->base.format_message(info, errors->text);
  std::longjmp(errors->back, 1);
}

/// Level -1 is a warning that the data are damaged. Those that leave every pixel as it was made are let through.
void judge_warning(j_common_ptr info, int level) {
  if (level >= 0) return;
  const int code = info->err->msg_code;
  if (code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR && code != JWRN_BOGUS_PROGRESSION)
    leave(info);
}

/// Progressive files of a few bytes a scan can ask for hours of work.
void limit_scans(j_common_ptr info) {
  constexpr int kMostScans = 500;
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
  std::strcpy(errors->text, "more than 500 scans");
  std::longjmp(errors->back, 1);
}

class Decompressor {
 public:
  Decompressor() {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave;
    errors_.base.emit_message = judge_warning;
    errors_.base.output_message = [](j_common_ptr) {};
    progress_.progress_monitor = limit_scans;
  }
  ~Decompressor() { jpeg_destroy_decompress(&info_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// Reads up to the pixels. Returns whether it could; if not, problem() says why.
  bool read_header(std::string_view file) {
    if (setjmp(errors_.back)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), static_cast<unsigned long>(file.size()));
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    const bool four = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = four ? JCS_CMYK : info_.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    return true;
  }
  /// Reads the pixels, 1, 3 or 4 bytes each.
  bool read_pixels(std::uint8_t* pixels) {
    if (setjmp(errors_.back)) return false;
    jpeg_start_decompress(&info_);
    const std::size_t stride = static_cast<std::size_t>(info_.output_width) * static_cast<std::size_t>(channels());
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = pixels + info_.output_scanline * stride;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  std::uint64_t width() const { return info_.image_width; }
  std::uint64_t height() const { return info_.image_height; }
  int channels() const { return info_.out_color_space == JCS_CMYK ? 4 : info_.out_color_space == JCS_GRAYSCALE ? 1 : 3; }
  int orientation() const {
    for (const jpeg_marker_struct* marker = info_.marker_list; marker; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(std::string_view("Exif\0\0", 6))) return exif_orientation(data);
    }
    return 1;
  }
  std::string problem() const { return std::string("the JPEG is damaged: ") + errors_.text; }

 private:
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  JpegErrors errors_{};
};

/// Adobe's files hold 255 minus the ink; Pillow reads all CMYK files so.
void rgb_of_cmyk(const std::uint8_t* from, Picture& picture) {
  for (std::size_t i = 0; i < picture.rgb.size() / 3; ++i, from += 4)
    for (std::size_t c = 0; c < 3; ++c) {
      const int black = from[3], product = (255 - from[c]) * black + 128;
      picture.rgb[3 * i + c] = static_cast<std::uint8_t>(std::max(0, black - ((product >> 8) + product) / 256));
    }
}

}  // namespace

DecodedPicture decode_jpeg(std::string_view file, Index most_pixels) {
  Decompressor jpeg;
  if (!jpeg.read_header(file)) bad_input(jpeg.problem());
  DecodedPicture decoded{sized_picture(jpeg.width(), jpeg.height(), most_pixels), jpeg.orientation()};
  std::vector<std::uint8_t>& rgb = decoded.picture.rgb;
  if (jpeg.channels() == 3) {
    if (!jpeg.read_pixels(rgb.data())) bad_input(jpeg.problem());
    return decoded;
  }
  std::vector<std::uint8_t> other(rgb.size() / 3 * static_cast<std::size_t>(jpeg.channels()));
  if (!jpeg.read_pixels(other.data())) bad_input(jpeg.problem());
  if (jpeg.channels() == 4)
    rgb_of_cmyk(other.data(), decoded.picture);
  else
    for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = other[i / 3];
  return decoded;
}

}  // namespace vec2vec
