# SPDX-License-Identifier: Apache-2.0
# Manual pages, and completions for bash, zsh and fish: written by the command itself, so that there is no second list of its options. Whoever
# builds only the command installs it without them.
set(VEC2VEC_ZSH_FOLDER zsh/site-functions CACHE STRING "Where zsh finds completions, below share; of packages of Debian: zsh/vendor-completions")
set(shell_files
  bash share/bash-completion/completions/vec2vec
  zsh share/${VEC2VEC_ZSH_FOLDER}/_vec2vec
  fish share/fish/vendor_completions.d/vec2vec.fish)
set(VEC2VEC_MANUAL ${PROJECT_BINARY_DIR}/manual)
if(NOT CMAKE_CROSSCOMPILING AND NOT VEC2VEC_SANITIZE)
  set(commands COMMAND vec2vec_cli manual -o ${VEC2VEC_MANUAL}/share/man/man1 --force)
  set(files ${shell_files})
  while(files)
    list(POP_FRONT files shell file)
    cmake_path(GET file PARENT_PATH folder)
    list(APPEND commands COMMAND ${CMAKE_COMMAND} -E make_directory ${VEC2VEC_MANUAL}/${folder}
      COMMAND vec2vec_cli completion ${shell} > ${VEC2VEC_MANUAL}/${file})
  endwhile()
  add_custom_command(OUTPUT ${VEC2VEC_MANUAL}/made COMMAND ${CMAKE_COMMAND} -E rm -rf ${VEC2VEC_MANUAL} ${commands}
    COMMAND ${CMAKE_COMMAND} -E touch ${VEC2VEC_MANUAL}/made DEPENDS vec2vec_cli VERBATIM COMMENT "Writing manual pages and completions")
  add_custom_target(vec2vec_manual ALL DEPENDS ${VEC2VEC_MANUAL}/made)
endif()
