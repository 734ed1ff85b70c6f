# SPDX-License-Identifier: Apache-2.0
# vec2vec::postgres, vectors in Postgres: a library of its own, so that only those who want it need libpq. Without libpq the library
# still builds, and says what to install when it is used.
set(VEC2VEC_HAS_POSTGRES OFF)
if(VEC2VEC_POSTGRES)
  find_library(LIBPQ_LIBRARY pq)
  find_path(LIBPQ_INCLUDE_DIR libpq-fe.h PATH_SUFFIXES postgresql)
  if(LIBPQ_LIBRARY AND LIBPQ_INCLUDE_DIR)
    set(VEC2VEC_HAS_POSTGRES ON)
  endif()
endif()
message(STATUS "vec2vec postgres: ${VEC2VEC_HAS_POSTGRES}")

if(VEC2VEC_HAS_POSTGRES)
  file(GLOB_RECURSE VEC2VEC_POSTGRES_SOURCES CONFIGURE_DEPENDS src/postgres/*.cpp)
  list(FILTER VEC2VEC_POSTGRES_SOURCES EXCLUDE REGEX "/no_postgres/")
else()
  # Plans and summaries, URLs, and the COPY format need no libpq.
  set(VEC2VEC_POSTGRES_SOURCES src/postgres/no_postgres/postgres.cpp src/postgres/report.cpp src/postgres/server/url.cpp
    src/postgres/server/copy_format.cpp)
endif()
add_part(postgres ${VEC2VEC_POSTGRES_SOURCES})
if(VEC2VEC_HAS_POSTGRES)
  target_include_directories(vec2vec_postgres PRIVATE ${LIBPQ_INCLUDE_DIR})
  link_by_name(vec2vec_postgres ${LIBPQ_LIBRARY})
endif()
