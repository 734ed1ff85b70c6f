# SPDX-License-Identifier: Apache-2.0
# libvec2vec_c: the C interface (include/vec2vec/c.h) as one shared library, with the library inside it. It exports what src/c/symbols.map
# lists, and nothing else, so that it meets no other library's symbols.
add_library(vec2vec_c SHARED src/c/c.cpp)
add_library(vec2vec::c ALIAS vec2vec_c)
set(symbols ${PROJECT_SOURCE_DIR}/src/c/symbols.map)
set_target_properties(vec2vec_c PROPERTIES EXPORT_NAME c SOVERSION 0 VERSION ${PROJECT_VERSION} LINK_DEPENDS ${symbols})
target_include_directories(vec2vec_c PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                                     PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(vec2vec_c PRIVATE $<BUILD_INTERFACE:vec2vec> $<BUILD_INTERFACE:vec2vec_flags>)
target_link_options(vec2vec_c PRIVATE -Wl,--version-script=${symbols} -Wl,--exclude-libs,ALL)
