// SPDX-License-Identifier: Apache-2.0
#include "encode/pictures/picture_folder.h"

#include <filesystem>

#include "encode/model_folder.h"
#include "vec2vec/encode_pictures.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace fs = std::filesystem;

bool takes_pictures(const std::string& model_folder) {
  return fs::is_regular_file(fs::path(model_folder) / "preprocessor_config.json");
}

bool takes_texts(const std::string& model_folder) {
  const fs::path folder = model_folder;
  if (!takes_pictures(model_folder)) return true;
  return fs::is_regular_file(folder / "tokenizer.json") || fs::is_regular_file(folder / "vocab.txt");
}

PictureFolder read_picture_folder(const std::string& folder) {
  if (!fs::is_directory(folder))
    bad_input("there is no such model folder", folder,
              "scripts/models.sh unpacks models; or give a folder in Hugging Face layout");
  if (!takes_pictures(folder))
    bad_input("the model takes no pictures: there is no preprocessor_config.json in the folder", folder,
              "a vision model's folder in Hugging Face layout, with its ONNX export");
  const std::string weights = onnx_file(folder, "vision_model.onnx");
  if (weights.empty())
    bad_input("holds neither vision_model.onnx nor another single .onnx file", folder,
              "export the model to ONNX, and put it there as model.onnx");
  return {weights, (fs::path(folder) / "preprocessor_config.json").string()};
}

}  // namespace vec2vec
