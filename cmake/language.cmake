# vec2vec::language, language models through llama.cpp: a library of its own, as vec2vec::encode is. Without llama.cpp it still
# builds, and says what to install when it is used.
set(VEC2VEC_HAS_LLAMA OFF)
if(VEC2VEC_INVERT AND NOT VEC2VEC_SANITIZE)  # llama.cpp is built without sanitizers
  find_package(llama QUIET HINTS ${PROJECT_SOURCE_DIR}/build/llama/lib/cmake)
  set(VEC2VEC_HAS_LLAMA ${llama_FOUND})
endif()
message(STATUS "vec2vec invert: ${VEC2VEC_HAS_LLAMA}")

if(VEC2VEC_HAS_LLAMA)
  set(VEC2VEC_LANGUAGE_SOURCES src/language/llama_model.cpp)
else()
  set(VEC2VEC_LANGUAGE_SOURCES src/language/no_llama_model.cpp)
endif()
add_part(language ${VEC2VEC_LANGUAGE_SOURCES})
if(VEC2VEC_HAS_LLAMA)
  target_link_libraries(vec2vec_language PRIVATE llama)
endif()
