#include "vec2vec/map.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/gemm.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "space/spectrum.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

constexpr int kFormatVersion = 1;

void add_mean(MatrixSpan rows, MatrixView mean, float spread) {
  for (Index i = 0; i < rows.rows; ++i)
    for (Index c = 0; c < rows.cols; ++c) rows.row(i)[c] = rows.row(i)[c] * spread + mean.data[c];
}

Matrix read_tensor(const MappedFile& file, const SafetensorsHeader& header, const std::string& name) {
  const auto found = header.tensors.find(name);
  if (found == header.tensors.end())
    bad_input("the map lacks tensor '" + name + "'", file.path(), "make it again with vec2vec align");
  const TensorInfo& t = found->second;
  const auto bytes = t.end - t.begin;
  const auto limit = static_cast<Index>(file.size());
  if (t.dtype != "F32" || t.shape.size() != 2 || t.shape[0] <= 0 || t.shape[1] <= 0 || t.shape[0] > limit ||
      t.shape[1] > limit || static_cast<std::uint64_t>(t.shape[0]) * static_cast<std::uint64_t>(t.shape[1]) * 4 != bytes)
    bad_input("tensor '" + name + "' of the map is malformed", file.path(), "make it again with vec2vec align");
  Matrix m(t.shape[0], t.shape[1]);
  std::memcpy(m.data(), file.data() + t.begin, bytes);
  for (Index i = 0; i < m.rows() * m.cols(); ++i)
    if (!std::isfinite(m.data()[i])) bad_input("tensor '" + name + "' of the map holds NaN or infinity", file.path());
  return m;
}

}  // namespace

void Map::translate_centred(MatrixView in, MatrixSpan out) const {
  Matrix u(in.rows, in.cols);
  for (Index i = 0; i < in.rows; ++i) std::memcpy(u.row(i), in.row(i), static_cast<std::size_t>(in.cols) * sizeof(float));
  normalise_rows(u.span());
  for (Index i = 0; i < in.rows; ++i)
    for (Index c = 0; c < in.cols; ++c) u(i, c) -= source_mean(0, c);
  gemm(u, false, weight, false, out);  // the scale of u cancels in the next line
  normalise_rows(out);
}

void Map::translate(MatrixView in, MatrixSpan out) const {
  translate_centred(in, out);
  add_mean(out, target_mean, target_spread);
  normalise_rows(out);
}

void Map::save(const std::string& path, bool overwrite) const {
  const std::pair<const char*, const Matrix*> tensors[] = {
      {"source.mean", &source_mean}, {"target.mean", &target_mean}, {"linear.weight", &weight}, {"source.axes", &source_axes}};
  std::vector<TensorSpec> specs;
  for (const auto& [name, m] : tensors)
    specs.push_back({name, "F32", {m->rows(), m->cols()}, static_cast<std::uint64_t>(m->rows() * m->cols()) * sizeof(float)});
  auto details = card.empty() ? nlohmann::ordered_json::object() : nlohmann::ordered_json::parse(card);
  details["format_version"] = kFormatVersion;
  details["library_version"] = version();
  details["target_spread"] = target_spread;
  details["source_share"] = source_share;
  AtomicFile file(path, overwrite);
  file.write(make_safetensors_header(
      specs, {{"format", "vec2vec-map"}, {"version", std::to_string(kFormatVersion)}, {"card", details.dump()}}));
  for (const auto& [name, m] : tensors) file.write(m->data(), static_cast<std::size_t>(m->rows() * m->cols()) * sizeof(float));
  file.commit();
}

Map Map::load(const std::string& path) {
  const MappedFile file(path);
  const SafetensorsHeader header = read_safetensors_header(file);
  auto metadata = [&](const char* key) {
    const auto found = header.metadata.find(key);
    return found == header.metadata.end() ? std::string() : found->second;
  };
  if (metadata("format") != "vec2vec-map")
    bad_input("a safetensors file, but not a vec2vec map", path, "make one with vec2vec align");
  if (metadata("version") != std::to_string(kFormatVersion))
    bad_input("the map has format version '" + metadata("version") + "', this program reads version " +
                  std::to_string(kFormatVersion),
              path, "use the vec2vec release that made it, or a newer one");
  Map map;
  map.source_mean = read_tensor(file, header, "source.mean");
  map.target_mean = read_tensor(file, header, "target.mean");
  map.weight = read_tensor(file, header, "linear.weight");
  map.source_axes = read_tensor(file, header, "source.axes");
  if (map.source_mean.rows() != 1 || map.target_mean.rows() != 1 || map.source_mean.cols() != map.weight.rows() ||
      map.target_mean.cols() != map.weight.cols() || map.source_axes.cols() != map.weight.rows())
    bad_input("the tensors of the map do not fit together", path, "make it again with vec2vec align");
  try {
    map.card = metadata("card");
    const auto card = nlohmann::json::parse(map.card);
    map.target_spread = card.at("target_spread").get<float>();
    map.source_share = card.at("source_share").get<double>();
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the map's card is malformed: ") + error.what(), path, "make it again with vec2vec align");
  }
  return map;
}

}  // namespace vec2vec
