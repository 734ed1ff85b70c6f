# SPDX-License-Identifier: Apache-2.0
# embed_text(TARGET FILE HEADER SYMBOL): compiles a text file into TARGET as std::string_view vec2vec::SYMBOL, declared in HEADER.
function(embed_text target file header symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  set(source ${CMAKE_BINARY_DIR}/embedded/${symbol}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
    "#include \"${header}\"\nconst std::string_view vec2vec::${symbol} = R\"__embedded__(@text@)__embedded__\";\n")
  target_sources(${target} PRIVATE ${source})
endfunction()
