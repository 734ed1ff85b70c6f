# SPDX-License-Identifier: Apache-2.0
# vec2vec::encode, the text encoders: a library of its own, so that only those who want them need OpenVINO. Without OpenVINO the
# library still builds, and says what to install when it is used.
set(VEC2VEC_HAS_OPENVINO OFF)
if(VEC2VEC_ENCODE AND NOT VEC2VEC_SANITIZE)  # OpenVINO's TBB does not run under AddressSanitizer
  set(openvino_home ${PROJECT_SOURCE_DIR}/build/openvino)
  # OpenVINO's package sets the ABI of libstdc++ for the whole folder; its targets say the same to those who link them. The rest is
  # compiled as before, so that installing OpenVINO later compiles nothing else again.
  get_directory_property(definitions_before COMPILE_DEFINITIONS)
  find_package(OpenVINO QUIET COMPONENTS Runtime HINTS ${openvino_home}/openvino/cmake)
  set_directory_properties(PROPERTIES COMPILE_DEFINITIONS "${definitions_before}")
  find_library(OPENVINO_TOKENIZERS_LIBRARY openvino_tokenizers
    HINTS ${openvino_home}/openvino_tokenizers/lib ${OpenVINO_DIR}/../../openvino_tokenizers/lib)
  if(OpenVINO_FOUND AND OPENVINO_TOKENIZERS_LIBRARY)
    set(VEC2VEC_HAS_OPENVINO ON)
  endif()
endif()
message(STATUS "vec2vec encode: ${VEC2VEC_HAS_OPENVINO}")

# Pictures: all three codecs, or none.
set(VEC2VEC_HAS_PICTURES OFF)
if(VEC2VEC_ENCODE)
  find_package(JPEG QUIET)
  find_package(PNG QUIET)
  find_path(WEBP_INCLUDE_DIR webp/demux.h)
  find_library(WEBP_LIBRARY webp)
  find_library(WEBP_DEMUX_LIBRARY webpdemux)
  if(JPEG_FOUND AND PNG_FOUND AND WEBP_INCLUDE_DIR AND WEBP_LIBRARY AND WEBP_DEMUX_LIBRARY)
    set(VEC2VEC_HAS_PICTURES ON)
  endif()
endif()
message(STATUS "vec2vec encode, pictures: ${VEC2VEC_HAS_PICTURES}")

file(GLOB VEC2VEC_ENCODE_SOURCES CONFIGURE_DEPENDS src/encode/*.cpp src/encode/pictures/*.cpp src/picture/*.cpp)
if(VEC2VEC_HAS_OPENVINO)
  file(GLOB VEC2VEC_OPENVINO_SOURCES CONFIGURE_DEPENDS src/encode/openvino/*.cpp src/encode/openvino/picture/*.cpp)
else()
  file(GLOB VEC2VEC_OPENVINO_SOURCES CONFIGURE_DEPENDS src/encode/no_openvino/*.cpp)
endif()
if(VEC2VEC_HAS_PICTURES)
  file(GLOB VEC2VEC_PICTURE_SOURCES CONFIGURE_DEPENDS src/picture/codecs/*.cpp)
else()
  file(GLOB VEC2VEC_PICTURE_SOURCES CONFIGURE_DEPENDS src/picture/no_codecs/*.cpp)
endif()
if(VEC2VEC_FUZZ)
  set_property(SOURCE ${VEC2VEC_PICTURE_SOURCES} APPEND PROPERTY COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
endif()
add_part(encode ${VEC2VEC_ENCODE_SOURCES} ${VEC2VEC_OPENVINO_SOURCES} ${VEC2VEC_PICTURE_SOURCES})
if(VEC2VEC_HAS_PICTURES)
  target_include_directories(vec2vec_encode PRIVATE ${JPEG_INCLUDE_DIRS} ${PNG_INCLUDE_DIRS} ${WEBP_INCLUDE_DIR})
  link_by_name(vec2vec_encode ${JPEG_LIBRARIES} ${PNG_LIBRARIES} ${WEBP_DEMUX_LIBRARY} ${WEBP_LIBRARY})
endif()
if(VEC2VEC_HAS_OPENVINO)
  # OpenVINO first: the loader then takes its copy of TBB for both.
  target_link_libraries(vec2vec_encode PRIVATE openvino::runtime ${OPENVINO_TOKENIZERS_LIBRARY})
  # Installed programs find OpenVINO where the build found it.
  get_filename_component(tokenizers_folder ${OPENVINO_TOKENIZERS_LIBRARY} DIRECTORY)
  set(VEC2VEC_ENCODE_RPATH $<TARGET_FILE_DIR:openvino::runtime> ${tokenizers_folder})
  set_target_properties(vec2vec_encode PROPERTIES INSTALL_RPATH "${VEC2VEC_ENCODE_RPATH}")
endif()
