# Compile options that hold for every file of the project, and how packages are found.

add_library(bitplace_build INTERFACE)
target_compile_features(bitplace_build INTERFACE cxx_std_20)
target_include_directories(bitplace_build INTERFACE
  ${CMAKE_CURRENT_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
# Fused multiply-add changes results, and compilers fuse even intrinsics: never unless it is written (docs/dispatch.md).
target_compile_options(bitplace_build INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -ffp-contract=off -fvisibility=hidden -fvisibility-inlines-hidden)
# g++ 12 reports overlapping copies inside std::string's operator+ where there are none (GCC bug 105651).
target_compile_options(bitplace_build INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(BITPLACE_WERROR)
  target_compile_options(bitplace_build INTERFACE -Werror)
endif()
if(BITPLACE_FUZZ)
  target_compile_options(bitplace_build INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(BITPLACE_PORTABLE)
  set(BITPLACE_ARCH generic)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(BITPLACE_ARCH x86)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(BITPLACE_ARCH arm64)
else()
  set(BITPLACE_ARCH generic)
endif()
target_compile_definitions(bitplace_build INTERFACE
  BITPLACE_X86=$<STREQUAL:${BITPLACE_ARCH},x86> BITPLACE_ARM64=$<STREQUAL:${BITPLACE_ARCH},arm64>)

set(BITPLACE_SANITIZE_OPTIONS "")
if(BITPLACE_SANITIZE)
  set(BITPLACE_SANITIZE_OPTIONS -fsanitize=${BITPLACE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  target_compile_options(bitplace_build INTERFACE ${BITPLACE_SANITIZE_OPTIONS})
  # With sanitizers g++ 12 reports uninitialised values inside <regex>, which Catch2 uses (GCC bug 105562).
  target_compile_options(bitplace_build INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

# bitplace_header_package(NAME HEADER): an INTERFACE target NAME for a header-only package, whose headers are copied
# into the build tree. A cross build can then use the host's /usr/include without reading the host's libc from there.
function(bitplace_header_package name header)
  cmake_parse_arguments(PACKAGE "OPTIONAL" "" "SUFFIXES" ${ARGN})
  if(TARGET ${name})
    return()
  endif()
  find_path(${name}_INCLUDE ${header} PATH_SUFFIXES ${PACKAGE_SUFFIXES})
  if(NOT ${name}_INCLUDE)
    if(PACKAGE_OPTIONAL)
      message(STATUS "${header} not found: what needs it is left out")
      return()
    endif()
    message(FATAL_ERROR "${header} not found; tools/dev install names the Debian packages")
  endif()
  set(copied ${PROJECT_BINARY_DIR}/third_party/${name})
  get_filename_component(folder ${header} DIRECTORY)
  if(folder)
    file(COPY ${${name}_INCLUDE}/${folder} DESTINATION ${copied})
  else()
    file(COPY ${${name}_INCLUDE}/${header} DESTINATION ${copied})
  endif()
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${copied})
endfunction()

# Of a shared library of this project's objects: nothing is exported that no public header declares.
function(bitplace_restrict_exports target)
  set(exports ${PROJECT_SOURCE_DIR}/tools/cmake/exports.map)
  target_link_options(${target} PRIVATE LINKER:--version-script=${exports} LINKER:--no-undefined)
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${exports})
endfunction()
