# SPDX-License-Identifier: Apache-2.0
# For CMake: the compiler and the libraries that scripts/portable_wheel.sh put into the folder VEC2VEC_PORTABLE (of the environment), and none
# of the system's. The folder's name is that of the processor.
set(home $ENV{VEC2VEC_PORTABLE})
cmake_path(GET home FILENAME processor)
if(NOT processor STREQUAL CMAKE_HOST_SYSTEM_PROCESSOR)
  set(CMAKE_SYSTEM_NAME Linux)
  set(CMAKE_SYSTEM_PROCESSOR ${processor})
endif()
set(CMAKE_C_COMPILER ${home}/bin/cc)
set(CMAKE_CXX_COMPILER ${home}/bin/c++)
set(CMAKE_AR ${home}/bin/ar CACHE FILEPATH "")
set(CMAKE_RANLIB ${home}/bin/ranlib CACHE FILEPATH "")
foreach(kind EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT -s)  # without the symbols of libc++, which is linked statically
endforeach()

set(CMAKE_FIND_ROOT_PATH ${home}/prefix)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)  # nanobind is in the virtual environment
set(OPENSSL_ROOT_DIR ${home}/prefix)
set(OPENSSL_USE_STATIC_LIBS ON)
set(OPENBLAS_LIBRARY ${home}/prefix/lib/libscipy_openblas.so CACHE FILEPATH "")
set(LAPACKE_LIBRARY ${OPENBLAS_LIBRARY} CACHE FILEPATH "")
set(LIBPQ_LIBRARY "${home}/prefix/lib/libpq.a;${home}/prefix/lib/libssl.a;${home}/prefix/lib/libcrypto.a" CACHE STRING "")
