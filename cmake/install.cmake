# SPDX-License-Identifier: Apache-2.0
# What an installation has, in three components, which are packages of their own where a system has such: lib (shared libraries), dev (what
# programs are built with) and command.
include(CMakePackageConfigHelpers)
install(TARGETS ${VEC2VEC_PARTS} vec2vec_c EXPORT vec2vec-targets
  LIBRARY COMPONENT lib NAMELINK_COMPONENT dev
  ARCHIVE COMPONENT dev)
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT lib)

set(config ${CMAKE_INSTALL_LIBDIR}/cmake/vec2vec)
install(DIRECTORY include/vec2vec DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT vec2vec-targets NAMESPACE vec2vec:: DESTINATION ${config} COMPONENT dev)
configure_package_config_file(cmake/vec2vec-config.cmake.in vec2vec-config.cmake INSTALL_DESTINATION ${config})
write_basic_package_version_file(vec2vec-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/vec2vec-config.cmake ${PROJECT_BINARY_DIR}/vec2vec-config-version.cmake DESTINATION ${config} COMPONENT dev)
file(RELATIVE_PATH VEC2VEC_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/vec2vec_c.pc.in vec2vec_c.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/vec2vec_c.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

set(VEC2VEC_DEMO README.md minilm.a.npy mpnet.b.npy minilm.eval.npy mpnet.eval.npy)  # what vec2vec demo aligns
if(VEC2VEC_CLI)
  install(TARGETS vec2vec_cli COMPONENT command)
  list(TRANSFORM VEC2VEC_DEMO PREPEND examples/data/ OUTPUT_VARIABLE demo)
  install(FILES ${demo} DESTINATION ${CMAKE_INSTALL_DATADIR}/vec2vec/demo COMPONENT command)
  install(DIRECTORY ${VEC2VEC_MANUAL}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT command OPTIONAL)
endif()

if(PROJECT_IS_TOP_LEVEL)  # cmake --build build/release --target uninstall
  add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -D MANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt -P
    ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake VERBATIM)
endif()
