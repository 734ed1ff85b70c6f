// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "core/text/sentence.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec::python {
namespace {

/// Text that may hold the bytes of a file's name, which need not be UTF-8.
nb::object text(const std::string& bytes) {
  return nb::steal(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "backslashreplace"));
}

void raise(const std::exception_ptr& pointer, void*) {
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    const char* kind = error.kind() == ErrorKind::kBadInput      ? "bad input"
                       : error.kind() == ErrorKind::kUnavailable ? "unavailable"
                                                                 : "internal";
    const nb::object exception = nb::module_::import_("vec2vec_cpp._errors")
                                     .attr("of_library")(kind, text(error.message()), text(error.where()), text(error.hint()));
    PyErr_SetObject(exception.type().ptr(), exception.ptr());
  }
}

}  // namespace

NB_MODULE(_core, module) {
  nb::register_exception_translator(raise);
  module.def("version", &version);
  module.def("sentence", &sentence, nb::arg("what"), nb::arg("where"));
  module.def("told", &told, nb::arg("sentence"), nb::arg("where"), nb::arg("hint"));
  add_map(module);
  add_align(module);
  add_reports(module);
  add_defend(module);
  add_trust(module);
  add_audit(module);
}

}  // namespace vec2vec::python
