# What an installation has beside libraries, headers and the command: licence, pkg-config file; and packages of it, made by cpack in the build
# folder: .tar.gz and .deb. Configure for them with -DVEC2VEC_ENCODE=OFF -DVEC2VEC_INVERT=OFF: OpenVINO and llama.cpp are no packages of Debian.
file(RELATIVE_PATH VEC2VEC_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/vec2vec_c.pc.in vec2vec_c.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/vec2vec_c.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_GENERATOR TGZ DEB)
  set(CPACK_PACKAGE_NAME vec2vec)
  set(CPACK_PACKAGE_CONTACT "the authors of vec2vec.cpp")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # which needs dpkg-dev
  set(CPACK_DEBIAN_PACKAGE_SECTION science)
  include(CPack)
endif()
