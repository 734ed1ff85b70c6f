#include <nanobind/stl/string.h>

#include "bindings.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec::python {
namespace {

void raise(const std::exception_ptr& pointer, void*) {
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    const char* name = error.kind() == ErrorKind::kBadInput ? "BadInputError" : "InternalError";
    const nb::object type = nb::module_::import_("vec2vec_cpp._errors").attr(name);
    const nb::object exception = type(error.message(), error.where(), error.hint());
    PyErr_SetObject(type.ptr(), exception.ptr());
  }
}

}  // namespace

NB_MODULE(_core, module) {
  nb::register_exception_translator(raise);
  module.def("version", &version);
  add_map(module);
  add_align(module);
  add_reports(module);
  add_defend(module);
  add_trust(module);
  add_audit(module);
}

}  // namespace vec2vec::python
