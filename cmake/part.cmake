# SPDX-License-Identifier: Apache-2.0
# add_part(NAME SOURCE...): the library vec2vec::NAME beside vec2vec::vec2vec, so that only those who want it need what it links.
function(add_part name)
  add_library(vec2vec_${name} ${ARGN})
  compile_by_folder(vec2vec_${name})
  add_library(vec2vec::${name} ALIAS vec2vec_${name})
  set_target_properties(vec2vec_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(vec2vec_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(vec2vec_${name} PUBLIC vec2vec
    PRIVATE $<BUILD_INTERFACE:vec2vec_flags> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
endfunction()
