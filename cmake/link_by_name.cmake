# SPDX-License-Identifier: Apache-2.0
# link_by_name(TARGET LIBRARY...): links libraries that were found as files. Whoever links an installed static library asks for them by name, so that
# an installation holds no path of the machine it was built on.
function(link_by_name target)
  foreach(library ${ARGN})
    cmake_path(GET library STEM LAST_ONLY name)
    string(REGEX REPLACE "^lib|\\.so.*$" "" name ${name})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}> $<INSTALL_INTERFACE:${name}>)
  endforeach()
endfunction()
