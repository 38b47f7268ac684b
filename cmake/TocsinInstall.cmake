# Installation: libraries, headers, the CMake package and the pkg-config files. Everything is relocatable: no file names the
# prefix that it was installed into.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(tocsin_parts core regex notify json yaml all)
set(tocsin_installed)
foreach(part ${tocsin_parts})
  if(TARGET tocsin_${part})
    list(APPEND tocsin_installed tocsin_${part})
  endif()
endforeach()
install(TARGETS ${tocsin_installed} EXPORT tocsinTargets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
if(TARGET tocsin_c)
  install(TARGETS tocsin_c EXPORT tocsinTargets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(FILES "${PROJECT_BINARY_DIR}/capi/tocsin_ffi.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endif()

# find_package(tocsin)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/tocsin")
install(EXPORT tocsinTargets NAMESPACE tocsin:: DESTINATION "${package_folder}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/tocsinConfig.cmake.in" "${PROJECT_BINARY_DIR}/tocsinConfig.cmake"
                              INSTALL_DESTINATION "${package_folder}"
                              NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor release may change the C++ API.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tocsinConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tocsinConfig.cmake" "${PROJECT_BINARY_DIR}/tocsinConfigVersion.cmake"
        DESTINATION "${package_folder}")

# pkg-config. The C++ libraries are static, so what they use is needed wherever they are linked: `Requires`. The C library is
# shared and has it all inside: `Requires.private`.
set(tocsin_pc_libs)
set(tocsin_pc_requires absl_hash absl_time fmt)
if(TARGET tocsin_yaml)
  list(APPEND tocsin_pc_libs -ltocsin_yaml)
  list(APPEND tocsin_pc_requires yaml-cpp)
endif()
if(TARGET tocsin_json)
  list(APPEND tocsin_pc_libs -ltocsin_json)
  list(APPEND tocsin_pc_requires simdjson zlib)
endif()
list(APPEND tocsin_pc_libs -ltocsin_notify)
if(TARGET tocsin_regex)
  list(APPEND tocsin_pc_libs -ltocsin_regex)
  list(APPEND tocsin_pc_requires re2)
endif()
list(APPEND tocsin_pc_libs -ltocsin_core)
if(TOCSIN_WITH_CURL)
  list(APPEND tocsin_pc_requires libcurl)
endif()
list(JOIN tocsin_pc_libs " " tocsin_pc_libs)
list(JOIN tocsin_pc_requires ", " tocsin_pc_requires)
file(RELATIVE_PATH tocsin_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" tocsin_pc_prefix "${tocsin_pc_prefix}")
foreach(file tocsin tocsin-c)
  if(file STREQUAL "tocsin" OR TARGET tocsin_c)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/${file}.pc.in" "${PROJECT_BINARY_DIR}/${file}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${file}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  endif()
endforeach()

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
