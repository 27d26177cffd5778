# `cpack` makes three Debian packages: duplex (the program), libduplex0.1 (the shared library), libduplex-dev.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "Duplex")
set(CPACK_PACKAGE_CONTACT "The Duplex authors <duplex@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME duplex)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "Socket.IO and WebSocket server\n Serves WebSocket, Socket.IO, HTTP and pages, under systemd or by hand.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/packaging/deb/postinst;${PROJECT_SOURCE_DIR}/packaging/deb/prerm;${PROJECT_SOURCE_DIR}/packaging/deb/postrm")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libduplex${duplex_soversion})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "Socket.IO and WebSocket server library\n The shared library that programs built on Duplex need.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libduplex-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# A static link needs what the library itself stands on.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libduplex${duplex_soversion} (= ${PROJECT_VERSION}), libssl-dev, zlib1g-dev, libsimdjson-dev, libsqlite3-dev, liburing-dev, libcrypt-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "Socket.IO and WebSocket server library, for developers\n Headers, static library, CMake package and pkg-config file.")
include(CPack)
