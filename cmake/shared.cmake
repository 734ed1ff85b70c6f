# SPDX-License-Identifier: Apache-2.0
# With BUILD_SHARED_LIBS the library and its parts are shared libraries: they export what is of namespace vec2vec, and nothing else, so that they
# meet no other library's symbols; they find each other wherever they lie; and programs are bound to one minor version, as before 1.0 each
# may change the interface.
set(VEC2VEC_PARTS vec2vec vec2vec_encode vec2vec_language vec2vec_postgres)
set(VEC2VEC_SHARED OFF)
if(BUILD_SHARED_LIBS)
  set(VEC2VEC_SHARED ON)
  set(symbols ${PROJECT_SOURCE_DIR}/cmake/symbols.map)
  foreach(part ${VEC2VEC_PARTS})
    set_target_properties(${part} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
      LINK_DEPENDS ${symbols})
    target_link_options(${part} PRIVATE -Wl,--version-script=${symbols} -Wl,--exclude-libs,ALL)
    set_property(TARGET ${part} APPEND PROPERTY INSTALL_RPATH $ORIGIN)
    # Objects are the same as in static libraries, so that a cache of the compiler has them for both.
    set_target_properties(${part} PROPERTIES DEFINE_SYMBOL "")
  endforeach()
  set_property(TARGET vec2vec_c APPEND PROPERTY INSTALL_RPATH $ORIGIN)
  set(VEC2VEC_CLI_RPATH $ORIGIN/../${CMAKE_INSTALL_LIBDIR})
endif()
