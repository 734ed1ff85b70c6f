// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "picture/codecs/codecs.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// libpng's errors end in longjmp, so nothing with a destructor may live between setjmp and the calls that follow it.
class PngReader {
 public:
  explicit PngReader(std::string_view file) : rest_(file) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, [](png_structp, png_const_charp) {});
    if (!png_) bad_input("libpng does not start");
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, &info_); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  /// Reads up to the pixels. Returns whether it could; if not, problem() says why.
  bool read_header() {
    if (setjmp(png_jmpbuf(png_))) return false;
    info_ = png_create_info_struct(png_);
    png_set_read_fn(png_, this, give);
    png_set_chunk_malloc_max(png_, 8'000'000);
    png_read_info(png_, info_);
    png_set_expand(png_);  // palettes and fewer than 8 bits become 8 bits
    png_set_strip_16(png_);
    png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool read_pixels(std::uint8_t* rgb) {
    if (setjmp(png_jmpbuf(png_))) return false;
    const std::size_t stride = 3 * static_cast<std::size_t>(width());
    if (png_get_rowbytes(png_, info_) != stride) png_error(png_, "an unknown kind of pixels");
    for (int pass = 0; pass < passes_; ++pass)
      for (std::size_t y = 0; y < height(); ++y) png_read_row(png_, rgb + y * stride, nullptr);
    png_read_end(png_, info_);
    return true;
  }

  std::uint64_t width() const { return png_get_image_width(png_, info_); }
  std::uint64_t height() const { return png_get_image_height(png_, info_); }
  int orientation() const {
    png_uint_32 size = 0;
    png_bytep data = nullptr;
    if (!png_get_eXIf_1(png_, info_, &size, &data)) return 1;
    return exif_orientation({reinterpret_cast<const char*>(data), size});
  }
  std::string problem() const { return std::string("the PNG is damaged: ") + text_; }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp text) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self->text_, text, sizeof self->text_ - 1);
    png_longjmp(png, 1);
  }
  static void give(png_structp png, png_bytep to, png_size_t bytes) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (self->rest_.size() < bytes) png_error(png, "it is cut short");
    std::memcpy(to, self->rest_.data(), bytes);
    self->rest_.remove_prefix(bytes);
  }

  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  char text_[200] = {};
};

}  // namespace

DecodedPicture decode_png(std::string_view file, Index most_pixels) {
  PngReader png(file);
  if (!png.read_header()) bad_input(png.problem());
  DecodedPicture decoded{sized_picture(png.width(), png.height(), most_pixels), 1};
  if (!png.read_pixels(decoded.picture.rgb.data())) bad_input(png.problem());
  decoded.orientation = png.orientation();
  return decoded;
}

}  // namespace vec2vec
