# What all our targets share. Nothing here touches a parent project's flags.

add_library(tocsin_build INTERFACE)
target_compile_options(tocsin_build INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Wconversion -Wno-sign-conversion)
# Programs in C take this alone: a sanitizer must be in the program before any library.
add_library(tocsin_sanitizer INTERFACE)
if(TOCSIN_SANITIZE)
  target_compile_options(tocsin_sanitizer INTERFACE -fsanitize=${TOCSIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tocsin_sanitizer INTERFACE -fsanitize=${TOCSIN_SANITIZE})
endif()
target_link_libraries(tocsin_build INTERFACE tocsin_sanitizer)

# tocsin_library(name sources…): a static library of ours, usable in shared objects, known to users as tocsin::<name>.
function(tocsin_library name)
  add_library(tocsin_${name} STATIC ${ARGN})
  add_library(tocsin::${name} ALIAS tocsin_${name})
  set_target_properties(tocsin_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON
                        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(tocsin_${name} PUBLIC cxx_std_20)
  target_include_directories(tocsin_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(tocsin_${name} PRIVATE $<BUILD_INTERFACE:tocsin_build>)
endfunction()

# tocsin_headers(name folder…): the public headers of these folders of include/tocsin belong to tocsin_<name>: installed with
# it, and each compiled alone by the target all_verify_interface_header_sets. A glob, because forgetting one would only show
# after an installation; what is compiled into a library is listed by hand.
function(tocsin_headers name)
  set(headers)
  foreach(folder ${ARGN})
    file(GLOB found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/tocsin/${folder}/*.h")
    list(APPEND headers ${found})
  endforeach()
  get_target_property(type tocsin_${name} TYPE)
  set(scope PUBLIC)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  endif()
  target_sources(tocsin_${name} ${scope} FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers})
endfunction()
