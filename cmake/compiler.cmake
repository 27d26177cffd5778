# Warnings, hardening and sanitizers, for every target of this project.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Woverloaded-virtual)
if(DUPLEX_WERROR)
  add_compile_options(-Werror)
endif()

# Robust by default: stack protector and checked library calls cost under 1 % here.
add_compile_options(-fstack-protector-strong -fvisibility=hidden -fvisibility-inlines-hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(DUPLEX_SANITIZE)
  add_compile_options(-fsanitize=${DUPLEX_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${DUPLEX_SANITIZE})
else()
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# duplex_add_layer(name [lower layers and libraries …])
# One folder of src/ is one target, linked one way (docs/architecture.md).
function(duplex_add_layer name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(sources)
    add_library(duplex_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(duplex_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(duplex_${name} ${scope} ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(duplex_${name} ${scope} ${ARGN})
endfunction()
