# SPDX-License-Identifier: Apache-2.0
# Which CPUs the code runs on. All of it is compiled for x86-64-v2, which every x86-64 CPU since 2009 has (on other processors, for what
# their compiler takes as its default). The innermost loops (src/kernels/loops) are compiled for v3 and v4 as well, and chosen at run time
# (src/core/cpu/level.h). VEC2VEC_NATIVE compiles everything for this machine instead.
set(VEC2VEC_LEVELS OFF)
if(VEC2VEC_NATIVE)
  target_compile_options(vec2vec_flags INTERFACE -march=native)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  target_compile_options(vec2vec_flags INTERFACE -march=x86-64-v2)
  set(VEC2VEC_LEVELS ON)
endif()
# choose_loops(TARGET): gives TARGET the loops of each level; its sources must not hold them.
function(choose_loops target)
  set(folder ${PROJECT_SOURCE_DIR}/src/kernels/loops)
  # sqrt() without errno can be vector code; its values are the same.
  set_property(SOURCE ${folder}/loops_base.cpp APPEND PROPERTY COMPILE_OPTIONS -fno-math-errno)
  target_sources(${target} PRIVATE ${folder}/loops_base.cpp)
  if(VEC2VEC_LEVELS)
    set_property(SOURCE ${folder}/loops_v3.cpp APPEND PROPERTY COMPILE_OPTIONS -fno-math-errno -march=x86-64-v3)
    set_property(SOURCE ${folder}/loops_v4.cpp APPEND PROPERTY COMPILE_OPTIONS -fno-math-errno -march=x86-64-v4)
    target_sources(${target} PRIVATE ${folder}/loops_v3.cpp ${folder}/loops_v4.cpp)
    set_property(SOURCE ${folder}/loops.cpp ${PROJECT_SOURCE_DIR}/src/core/cpu/level.cpp APPEND PROPERTY COMPILE_DEFINITIONS VEC2VEC_LEVELS)
  endif()
endfunction()
