// SPDX-License-Identifier: Apache-2.0
#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "picture/codecs/codecs.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

int orientation_of(const WebPData& data) {
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> parts(WebPDemux(&data), WebPDemuxDelete);
  WebPChunkIterator chunk;
  if (!parts || !WebPDemuxGetChunk(parts.get(), "EXIF", 1, &chunk)) return 1;
  const int orientation = exif_orientation({reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

/// The first frame on its canvas.
void read_first_frame(const WebPData& data, Picture& picture) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) bad_input("libwebp does not start");
  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> frames(WebPAnimDecoderNew(&data, &options),
                                                                                  WebPAnimDecoderDelete);
  WebPAnimInfo canvas;
  if (!frames || !WebPAnimDecoderGetInfo(frames.get(), &canvas) || canvas.canvas_width != picture.width ||
      canvas.canvas_height != picture.height)
    bad_input("the WebP is damaged or cut short");
  std::uint8_t* rgba = nullptr;
  int time = 0;
  if (!WebPAnimDecoderGetNext(frames.get(), &rgba, &time)) bad_input("the WebP is damaged or cut short");
  for (std::size_t i = 0; i < picture.rgb.size(); ++i) picture.rgb[i] = rgba[i / 3 * 4 + i % 3];
}

}  // namespace

DecodedPicture decode_webp(std::string_view file, Index most_pixels) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(file.data()), file.size()};
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data.bytes, data.size, &features) != VP8_STATUS_OK || features.width < 1 || features.height < 1)
    bad_input("the WebP is damaged or cut short");
  DecodedPicture decoded{
      sized_picture(static_cast<std::uint64_t>(features.width), static_cast<std::uint64_t>(features.height), most_pixels),
      orientation_of(data)};
  std::vector<std::uint8_t>& rgb = decoded.picture.rgb;
  if (features.has_animation)
    read_first_frame(data, decoded.picture);
  else if (!WebPDecodeRGBInto(data.bytes, data.size, rgb.data(), rgb.size(), 3 * features.width))
    bad_input("the WebP is damaged or cut short");
  return decoded;
}

}  // namespace vec2vec
