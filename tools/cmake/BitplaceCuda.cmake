# Whether there is nvcc, and what it builds for: BITPLACE_HAS_CUDA and BITPLACE_CUDA_OPTIONS.

option(BITPLACE_CUDA_LINE_INFO "Keep source lines in the device code, for compute-sanitizer and profilers" OFF)

# nvcc is where CMake looks, or where the toolkit installs itself.
set(bitplace_cuda_found OFF)
if(NOT BITPLACE_CUDA STREQUAL "OFF")
  find_program(BITPLACE_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_PATH PATH_SUFFIXES bin
    PATHS /usr/local/cuda/bin /opt/cuda/bin)
  if(BITPLACE_NVCC AND NOT CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_COMPILER ${BITPLACE_NVCC})
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES OFF)  # each file's options name them
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(bitplace_cuda_found ON)
  elseif(BITPLACE_CUDA STREQUAL "ON")
    message(FATAL_ERROR "BITPLACE_CUDA=ON: no nvcc that works was found; set CUDACXX, or BITPLACE_CUDA=OFF")
  else()
    message(STATUS "nvcc not found: the kernels for GPUs are left out")
  endif()
endif()
set(BITPLACE_HAS_CUDA ${bitplace_cuda_found})

# architecture:the first CUDA that builds for it
set(bitplace_cuda_toolkit_architectures
  75:10.0 80:11.0 86:11.1 87:11.4 88:13.0 89:11.8 90:11.8 100:12.8 103:12.9 110:13.0 120:12.8 121:12.9)
set(BITPLACE_CUDA_ARCHITECTURES "" CACHE STRING
  "Architectures to build device code for, such as 75;87;90, or native; empty: all that the toolkit knows")

# The options that make nvcc build for them, and code in PTX form of the highest for what comes after.
function(bitplace_cuda_architecture_options result)
  set(wanted ${BITPLACE_CUDA_ARCHITECTURES})
  if(wanted STREQUAL "native")
    set(${result} -arch=native PARENT_SCOPE)
    return()
  endif()
  set(known)
  foreach(pair IN LISTS bitplace_cuda_toolkit_architectures)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 architecture)
    list(GET pair 1 since)
    if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL since)
      list(APPEND known ${architecture})
    endif()
  endforeach()
  if(NOT wanted)
    set(wanted ${known})
  endif()
  set(options)
  foreach(architecture IN LISTS wanted)
    if(NOT architecture IN_LIST known)
      message(FATAL_ERROR "CUDA ${CMAKE_CUDA_COMPILER_VERSION} does not build for sm_${architecture}; it knows ${known}")
    endif()
    list(APPEND options "SHELL:-gencode arch=compute_${architecture},code=sm_${architecture}")
  endforeach()
  list(GET wanted -1 last)
  list(APPEND options "SHELL:-gencode arch=compute_${last},code=compute_${last}")
  set(${result} ${options} PARENT_SCOPE)
endfunction()

if(BITPLACE_HAS_CUDA)
  bitplace_cuda_architecture_options(BITPLACE_CUDA_OPTIONS)
endif()
