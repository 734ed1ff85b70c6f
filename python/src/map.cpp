// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/map.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <utility>

#include "bindings.h"
#include "rows.h"
#include "run.h"
#include "vec2vec/export.h"

namespace vec2vec::python {
namespace {

using Tensor = nb::ndarray<nb::numpy, const float, nb::ndim<2>>;

/// A read-only numpy view of one of the map's matrices, which keeps the map alive.
template <Matrix Map::*member>
Tensor tensor(nb::handle self) {
  const Matrix& m = nb::cast<const Map&>(self).*member;
  return Tensor(m.data(), {static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())}, self);
}

TranslateOptions translate_options(bool centred, bool ignore_fingerprint, int threads) {
  TranslateOptions options;
  options.centred = centred;
  options.ignore_fingerprint = ignore_fingerprint;
  options.threads = threads;
  return options;
}

/// All rows of a source; when 0 < wanted < its rows, so many of them, out of 64 places spread evenly over it.
Matrix read_spread(RowSource& source, Index wanted) {
  if (wanted <= 0 || wanted >= source.rows()) return read_all(source);
  Matrix rows(wanted, source.dim());
  const Index places = std::min<Index>(64, wanted);
  for (Index i = 0; i < places; ++i) {
    const Index at = i * wanted / places, count = (i + 1) * wanted / places - at;
    const Index begin = places == 1 ? 0 : i * (source.rows() - count) / (places - 1);
    source.read(begin, rows.span().middle_rows(at, count));
  }
  return rows;
}

}  // namespace

void add_map(nb::module_& module) {
  nb::class_<Map>(module, "Map")
      .def_static(
          "load", [](const Path& path) { return Map::load(path.string()); }, nb::arg("path"),
          nb::call_guard<nb::gil_scoped_release>())
      .def_static(
          "from_bytes",
          [](nb::bytes bytes) {
            return Map::from_bytes({bytes.c_str(), bytes.size()});
          },
          nb::arg("bytes"))
      .def("to_bytes",
           [](const Map& map) {
             const std::string bytes = map.to_bytes();
             return nb::bytes(bytes.data(), bytes.size());
           })
      .def(
          "save", [](const Map& map, const Path& path, bool overwrite) { map.save(path.string(), overwrite); }, nb::arg("path"),
          nb::arg("overwrite"), nb::call_guard<nb::gil_scoped_release>())
      .def(
          "export_to",
          [](const Map& map, const Path& path, const std::string& format, const std::string& function, bool overwrite) {
            return export_map(map, export_format(format), path.string(), {.overwrite = overwrite, .function = function});
          },
          nb::arg("path"), nb::arg("format"), nb::arg("function"), nb::arg("overwrite"),
          nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("card", [](const Map& map) { return map.card; })
      .def_prop_ro("is_neural", [](const Map& map) { return map.network != nullptr; })
      .def_prop_ro("blend", [](const Map& map) { return map.blend; })
      .def_prop_ro("source_dim", &Map::source_dim)
      .def_prop_ro("target_dim", &Map::target_dim)
      .def_prop_ro("target_spread", [](const Map& map) { return map.target_spread; })
      .def_prop_ro("source_mean", &tensor<&Map::source_mean>)
      .def_prop_ro("target_mean", &tensor<&Map::target_mean>)
      .def_prop_ro("weight", &tensor<&Map::weight>)
      .def_prop_ro("targets",
                   [](const Map& map) {
                     std::vector<std::string> names;
                     for (const Target& target : map.targets) names.push_back(target.name);
                     return names;
                   })
      .def(
          "to", [](const Map& map, const std::string& target) { return map.to(target); }, nb::arg("target"))
      .def(
          "consensus",
          [](const Map& map, const std::vector<Rows>& known) {
            std::vector<MatrixView> views;
            for (const Rows& rows : known) views.push_back(view(rows));
            Matrix found;
            {
              const nb::gil_scoped_release release;
              found = map.consensus(views);
            }
            return array(std::move(found));
          },
          nb::arg("known").noconvert())
      .def(
          "fits", [](const Map& map, const Rows& rows) { return map.fits(view(rows)); }, nb::arg("rows").noconvert(),
          nb::call_guard<nb::gil_scoped_release>())
      .def(
          "translate",
          [](const Map& map, const Rows& rows, const WritableRows& out, bool centred, bool ignore_fingerprint, int threads,
             const std::string& name, const nb::object& progress) {
            TranslateOptions options = translate_options(centred, ignore_fingerprint, threads);
            constexpr Index kSoon = 4096;  // rows that are done before anyone would press Ctrl-C
            if (view(rows).rows <= kSoon && progress.is_none()) {
              const nb::gil_scoped_release release;
              translate(map, view(rows), span(out), options, name);
              return;
            }
            run(progress, [&](const Progress& report) {
              options.progress = report;
              translate(map, view(rows), span(out), options, name);
            });
          },
          nb::arg("rows").noconvert(), nb::arg("out").noconvert(), nb::arg("centred"), nb::arg("ignore_fingerprint"),
          nb::arg("threads"), nb::arg("name"), nb::arg("progress").none());

  module.def(
      "read_file",
      [](const Path& path, const std::string& column, Index wanted) {
        Matrix rows;
        std::vector<std::string> notes;
        run(nb::none(), [&](const Progress&) {
          const auto source = open_rows(path.string(), {0, column, column});
          notes = notes_on(*source);
          rows = read_spread(*source, wanted);
        });
        warn(path.string(), notes);
        return array(std::move(rows));
      },
      nb::arg("path"), nb::arg("column") = "", nb::arg("rows") = 0);
  module.def(
      "translate_file",
      [](const Path& map, const std::optional<std::string>& to, const Path& in, const std::string& tensor_name,
         const std::string& field, Index raw_dim, const Path& out, bool centred, bool ignore_fingerprint, bool float16,
         bool overwrite, int threads, const Path& confidence, const Path& store, const nb::object& progress) {
        TranslateOptions options = translate_options(centred, ignore_fingerprint, threads);
        options.confidence_path = confidence.string();
        options.store_path = store.string();
        const OpenOptions open{raw_dim, tensor_name, field};
        options.output = {format_of_name(out.string(), in.string(), open), float16 ? ValueType::kFloat16 : ValueType::kFloat32,
                          overwrite};
        TranslateSummary summary;
        run(progress, [&](const Progress& report) {
          options.progress = report;
          Map loaded = Map::load(map.string());
          if (to) loaded = loaded.to(*to);
          summary = translate(loaded, map.string(), in.string(), open, out.string(), options);
        });
        warn(in, summary.notes);
        return std::tuple(summary.rows, summary.zero_rows, summary.seconds, summary.input_sha256, summary.map_sha256,
                          summary.far_rows, summary.mean_match);
      },
      nb::arg("map"), nb::arg("to").none(), nb::arg("source"), nb::arg("tensor"), nb::arg("field"), nb::arg("raw_dim"),
      nb::arg("target"), nb::arg("centred"), nb::arg("ignore_fingerprint"), nb::arg("float16"), nb::arg("overwrite"),
      nb::arg("threads"), nb::arg("confidence"), nb::arg("store"), nb::arg("progress").none());
}

}  // namespace vec2vec::python
