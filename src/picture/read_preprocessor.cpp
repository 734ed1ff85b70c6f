// SPDX-License-Identifier: Apache-2.0
#include "picture/preprocessor.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using nlohmann::json;
constexpr Index kLargestSide = 8192;

class Reader {
 public:
  Reader(const json& config, const std::string& path) : config_(config), path_(path) {}

  Preprocessor read() {
    if (!config_.is_object()) refuse("holds no object");
    for (const char* step :
         {"do_pad", "do_split_image", "do_image_splitting", "do_thumbnail", "do_align_long_axis", "do_normalize_per_image"})
      if (flag(step, false)) refuse(std::string("asks for '") + step + "', which is not supported");
    type_ = text("image_processor_type", text("feature_extractor_type", ""));
    if (flag("do_resize", config_.contains("size"))) read_size();
    if (flag("do_center_crop", false)) read_crop();
    if (flag("do_rescale", true)) {
      out_.scale = number(config_, "rescale_factor", 1.0 / 255);
      if (flag("rescale_offset", false)) out_.offset = -1;
    }
    if (flag("do_normalize", config_.contains("image_mean"))) {
      out_.mean = channels("image_mean");
      out_.deviation = channels("image_std");
      for (const double deviation : out_.deviation)
        if (!(deviation > 0)) refuse("has an 'image_std' that is not above 0");
    }
    out_.blue_first = flag("do_flip_channel_order", false);
    return out_;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    bad_input(what, path_, "the preprocessor_config.json that belongs to the model");
  }

  const json* find(const char* key) const {
    const auto found = config_.find(key);
    return found == config_.end() || found->is_null() ? nullptr : &*found;
  }
  bool flag(const char* key, bool otherwise) const {
    const json* value = find(key);
    if (value && !value->is_boolean()) refuse(std::string("has a '") + key + "' that is neither true nor false");
    return value ? value->get<bool>() : otherwise;
  }
  std::string text(const char* key, const std::string& otherwise) const {
    const json* value = find(key);
    return value && value->is_string() ? value->get<std::string>() : otherwise;
  }
  double number(const json& object, const char* key, double otherwise) const {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return otherwise;
    if (!found->is_number()) refuse(std::string("has a '") + key + "' that is no number");
    return found->get<double>();
  }
  Index side(const json& value, const char* key) const {
    if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > kLargestSide)
      refuse(std::string("has a '") + key + "' that is not a number of 1 to " + std::to_string(kLargestSide));
    return value.get<Index>();
  }
  std::array<double, 3> channels(const char* key) const {
    const json* value = find(key);
    if (value && value->is_number()) return {value->get<double>(), value->get<double>(), value->get<double>()};
    if (!value || !value->is_array() || value->size() != 3) refuse(std::string("has no '") + key + "' of three numbers");
    std::array<double, 3> result;
    for (std::size_t c = 0; c < 3; ++c) {
      if (!value->at(c).is_number()) refuse(std::string("has no '") + key + "' of three numbers");
      result[c] = value->at(c).get<double>();
    }
    return result;
  }

  /// A number alone is the shorter side for some processors and both sides for the others.
  bool number_is_shorter_side() const {
    for (const char* name : {"CLIP", "ChineseCLIP", "Bit", "ConvNext", "ConvNeXT", "MobileNet", "MobileViT", "Levit",
                             "PoolFormer", "Blip2", "Flava"})
      if (type_.starts_with(name)) return true;
    return false;
  }

  void read_size() {
    const json* size = find("size");
    if (!size) refuse("asks for resizing, but has no 'size'");
    const double filter = number(config_, "resample", 3);
    if (filter < 0 || filter > 5 || filter != static_cast<int>(filter)) refuse("has a 'resample' that is none of 0 to 5");
    out_.resample = static_cast<Resample>(static_cast<int>(filter));
    if (size->is_number()) {
      if (number_is_shorter_side())
        out_.shortest_edge = side(*size, "size");
      else
        out_.resize_width = out_.resize_height = side(*size, "size");
    } else if (size->is_object() && size->contains("shortest_edge") && !size->contains("longest_edge")) {
      out_.shortest_edge = side(size->at("shortest_edge"), "shortest_edge");
    } else if (size->is_object() && size->contains("height") && size->contains("width")) {
      out_.resize_width = side(size->at("width"), "width");
      out_.resize_height = side(size->at("height"), "height");
    } else {
      refuse("has a 'size' that is not supported: a number, shortest_edge alone, and height with width are");
    }
    if (out_.shortest_edge > 0 && find("crop_pct")) apply_crop_share();
  }

  /// ConvNeXT: small pictures are cut out of larger ones, large ones become squares.
  void apply_crop_share() {
    constexpr Index kSquareFrom = 384;
    const Index edge = out_.shortest_edge;
    if (edge >= kSquareFrom) {
      out_.resize_width = out_.resize_height = edge;
      out_.shortest_edge = 0;
      return;
    }
    const double share = number(config_, "crop_pct", 1);
    if (!(share > 0.01 && share <= 1)) refuse("has a 'crop_pct' that does not lie in 0.01 to 1");
    out_.shortest_edge = static_cast<Index>(static_cast<double>(edge) / share);
    out_.crop_width = out_.crop_height = edge;
  }

  void read_crop() {
    const json* crop = find("crop_size");
    if (!crop) crop = find("size");
    if (crop && crop->is_number()) {
      out_.crop_width = out_.crop_height = side(*crop, "crop_size");
    } else if (crop && crop->is_object() && crop->contains("height") && crop->contains("width")) {
      out_.crop_width = side(crop->at("width"), "width");
      out_.crop_height = side(crop->at("height"), "height");
    } else {
      refuse("asks for a crop, but has no 'crop_size'");
    }
  }

  const json& config_;
  const std::string& path_;
  std::string type_;
  Preprocessor out_;
};

}  // namespace

Preprocessor read_preprocessor(const nlohmann::json& config, const std::string& path) {
  Preprocessor preprocessor = Reader(config, path).read();
  if (preprocessor.width() == 0)
    bad_input("the file lets pictures keep their sizes", path,
              "models that take one size; with 'size' or 'crop_size' in the file");
  return preprocessor;
}

}  // namespace vec2vec
