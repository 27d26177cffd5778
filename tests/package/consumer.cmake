# The CMakeLists.txt of somebody else's project.
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(duplex 0.1 REQUIRED CONFIG)
add_executable(consumer consumer.cpp)
target_link_libraries(consumer PRIVATE duplex::duplex)

find_package(duplex 0.1 REQUIRED CONFIG COMPONENTS sqlite)
add_executable(history history.cpp)
target_link_libraries(history PRIVATE duplex::duplex duplex::sqlite)
