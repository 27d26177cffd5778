# What `cmake --install` and CPack put where: headers, a static and a shared library, their CMake package and pkg-config
# file, the program with its pages and systemd units. Components: program, runtime, development.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Until 1.0 a minor version may change the ABI: it is part of the SONAME.
set(duplex_soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# The layers are many targets in the tree and one library outside of it, in two forms.
set(objects "")
foreach(layer core protocol net connection server client history cluster)
  if(TARGET duplex_${layer})
    get_target_property(type duplex_${layer} TYPE)
    if(NOT type STREQUAL INTERFACE_LIBRARY)
      list(APPEND objects $<TARGET_OBJECTS:duplex_${layer}>)
    endif()
  endif()
endforeach()

add_library(duplex_static STATIC ${objects})
add_library(duplex_shared SHARED ${objects})
set_target_properties(duplex_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${duplex_soversion})
foreach(form static shared)
  set_target_properties(duplex_${form} PROPERTIES OUTPUT_NAME duplex EXPORT_NAME ${form} LINKER_LANGUAGE CXX)
  target_compile_features(duplex_${form} INTERFACE cxx_std_20)
  target_include_directories(duplex_${form} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
# The same libraries for both; who links the shared one need not know them.
set(duplex_private Threads::Threads OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB simdjson::simdjson crypt)
set(duplex_requires "libssl libcrypto zlib simdjson libcrypt")
set(duplex_with_uring OFF)
if(DUPLEX_URING AND TARGET PkgConfig::LIBURING)
  set(duplex_with_uring ON)
  list(APPEND duplex_private PkgConfig::LIBURING)
  string(APPEND duplex_requires " liburing")
endif()
target_link_libraries(duplex_static PRIVATE ${duplex_private})
target_link_libraries(duplex_shared PRIVATE ${duplex_private})

# Histories in a file: a library beside it, so that the others need no SQLite.
set(duplex_libraries_static duplex_static)
set(duplex_libraries_shared duplex_shared)
set(duplex_with_sqlite OFF)
if(TARGET duplex_sqlite)
  set(duplex_with_sqlite ON)
  add_library(duplex_sqlite_static STATIC $<TARGET_OBJECTS:duplex_sqlite>)
  add_library(duplex_sqlite_shared SHARED $<TARGET_OBJECTS:duplex_sqlite>)
  set_target_properties(duplex_sqlite_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${duplex_soversion})
  foreach(form static shared)
    set_target_properties(duplex_sqlite_${form} PROPERTIES OUTPUT_NAME duplex-sqlite EXPORT_NAME sqlite_${form} LINKER_LANGUAGE CXX)
    target_link_libraries(duplex_sqlite_${form} PUBLIC duplex_${form} PRIVATE PkgConfig::SQLITE)
    list(APPEND duplex_libraries_${form} duplex_sqlite_${form})
  endforeach()
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()  # inside somebody else's build we install nothing
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/duplex)
configure_package_config_file(packaging/duplexConfig.cmake.in ${PROJECT_BINARY_DIR}/package/duplexConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/duplexConfigVersion.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH prefix_from_pc /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(packaging/duplex.pc.in ${PROJECT_BINARY_DIR}/package/duplex.pc @ONLY)
set(duplex_pkg_config ${PROJECT_BINARY_DIR}/package/duplex.pc)
if(duplex_with_sqlite)
  configure_file(packaging/duplex-sqlite.pc.in ${PROJECT_BINARY_DIR}/package/duplex-sqlite.pc @ONLY)
  list(APPEND duplex_pkg_config ${PROJECT_BINARY_DIR}/package/duplex-sqlite.pc)
endif()

install(TARGETS ${duplex_libraries_static} EXPORT duplexTargets ARCHIVE COMPONENT development)
install(TARGETS ${duplex_libraries_shared} EXPORT duplexTargets LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
install(EXPORT duplexTargets NAMESPACE duplex:: DESTINATION ${package_dir} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/package/duplexConfig.cmake ${PROJECT_BINARY_DIR}/package/duplexConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)
install(FILES ${duplex_pkg_config} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(DIRECTORY include/duplex DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN *.h)

if(DUPLEX_APP)
  install(TARGETS duplex_program RUNTIME COMPONENT program)
  install(DIRECTORY web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/duplex/web COMPONENT program OPTIONAL)
  install(DIRECTORY web/dist-client/ DESTINATION ${CMAKE_INSTALL_DATADIR}/duplex/client COMPONENT program OPTIONAL)
  install(DIRECTORY web/dist-admin/ DESTINATION ${CMAKE_INSTALL_DATADIR}/duplex/admin COMPONENT program OPTIONAL)
  # systemd looks below /usr/lib and /etc only; under another prefix the units serve as samples.
  install(FILES packaging/duplex.service packaging/duplex.socket DESTINATION lib/systemd/system COMPONENT program)
  install(FILES packaging/duplex.env DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/duplex COMPONENT program)
endif()
foreach(component program runtime development)
  set(package duplex)
  if(component STREQUAL runtime)
    set(package libduplex${duplex_soversion})
  elseif(component STREQUAL development)
    set(package libduplex-dev)
  endif()
  install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()

include(cmake/package.cmake)
