// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/defend.h"

#include <nanobind/stl/string.h>

#include <algorithm>

#include "bindings.h"
#include "rows.h"
#include "run.h"
#include "vec2vec/error.h"

namespace vec2vec::python {

void add_defend(nb::module_& module) {
  module.def(
      "key_of_seed",
      [](std::uint64_t seed) {
        const DefenceKey key = key_of_seed(seed);
        return nb::bytes(key.data(), key.size());
      },
      nb::arg("seed"));

  nb::class_<Defence>(module, "Defence")
      .def(
          "__init__",
          [](Defence* self, const std::string& steps, Index dim, nb::bytes key) {
            DefenceKey bytes;
            if (key.size() != bytes.size()) throw nb::value_error("a key has 32 bytes");
            std::copy_n(static_cast<const std::uint8_t*>(key.data()), bytes.size(), bytes.begin());
            run(nb::none(), [&](const Progress&) { new (self) Defence(parse_defence(steps), dim, bytes); });
          },
          nb::arg("steps"), nb::arg("dim"), nb::arg("key"))
      .def_prop_ro("source_dim", &Defence::source_dim)
      .def_prop_ro("dim", &Defence::dim)
      .def(
          "apply",
          [](const Defence& defence, const Rows& rows, Index first_row, const WritableRows& out, const nb::object& progress) {
            run(progress, [&](const Progress& report) {
              const MatrixView in = view(rows);
              constexpr Index kBlock = 4096;
              for (Index begin = 0; begin < in.rows; begin += kBlock) {
                const Index count = std::min(kBlock, in.rows - begin);
                defence.apply(in.middle_rows(begin, count), first_row + begin, span(out).middle_rows(begin, count));
                if (!report("defend", static_cast<double>(begin + count) / static_cast<double>(in.rows)))
                  throw Error(ErrorKind::kInterrupted, "the work was interrupted");
              }
            });
          },
          nb::arg("rows").noconvert(), nb::arg("first_row"), nb::arg("out").noconvert(), nb::arg("progress").none());
}

}  // namespace vec2vec::python
