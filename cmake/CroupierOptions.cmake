# What every target of ours is compiled with, and the functions that declare targets.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# One code model for libraries and programs, so that they can share the precompiled header (CMake would mix PIC and PIE).
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
add_compile_options(-fPIC)
set(THREADS_PREFER_PTHREAD_FLAG ON)

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CLI11 REQUIRED)

find_program(CROUPIER_CCACHE ccache)
if(CROUPIER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header is safe to cache when its time stamp is kept out of it (-fno-pch-timestamp below).
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CROUPIER_CCACHE})
endif()

add_library(croupier_options INTERFACE)
target_include_directories(croupier_options INTERFACE "${CMAKE_SOURCE_DIR}/include")
target_compile_features(croupier_options INTERFACE cxx_std_23)
target_compile_options(croupier_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wno-missing-designated-field-initializers
  -Werror=return-type -Xclang
  -fno-pch-timestamp>)
target_link_options(croupier_options INTERFACE -fuse-ld=lld-19)
target_link_libraries(croupier_options INTERFACE Threads::Threads)
if(CROUPIER_SANITIZE)
  target_compile_options(croupier_options INTERFACE
    $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${CROUPIER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
  target_link_options(croupier_options INTERFACE -fsanitize=${CROUPIER_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(croupier_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-O1 -gline-tables-only>)
endif()

# The standard headers that everything uses, compiled once and shared by every target with the same options.
file(WRITE "${CMAKE_BINARY_DIR}/pch.cpp" "// Holds the precompiled header that the other targets reuse.\n")
add_library(croupier_pch OBJECT "${CMAKE_BINARY_DIR}/pch.cpp")
target_link_libraries(croupier_pch PRIVATE croupier_options)
target_precompile_headers(croupier_pch PRIVATE
  <algorithm> <array> <chrono> <cstddef> <cstdint> <cstring> <expected> <filesystem> <functional> <map> <memory>
  <optional> <span> <string> <string_view> <tuple> <utility> <variant> <vector>)

# croupier_library(name SOURCES… [LINK targets…] [LINK_PRIVATE targets…]): a static library of ours.
function(croupier_library name)
  cmake_parse_arguments(arg "NO_PCH" "" "SOURCES;LINK;LINK_PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC croupier_options ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
  if(NOT arg_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM croupier_pch)
  endif()
endfunction()

# croupier_module(name SOURCES… [LINK…]): a module croupier_<name>. It sees include/ and its own folder, nothing else.
function(croupier_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LINK_PRIVATE" ${ARGN})
  croupier_library(croupier_${name} SOURCES ${arg_SOURCES} LINK croupier_kernel ${arg_LINK}
    LINK_PRIVATE ${arg_LINK_PRIVATE})
  target_include_directories(croupier_${name} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()

# croupier_executable(name SOURCES… [LINK…]): a program of ours, built into <build>/bin.
function(croupier_executable name)
  cmake_parse_arguments(arg "NO_PCH" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE croupier_options ${arg_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  if(NOT arg_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM croupier_pch)
  endif()
endfunction()
