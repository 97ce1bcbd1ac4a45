# LibTorch as the target bitplace_torch, if it is found: Debian's libtorch-dev, or a newer one whose folder
# CMAKE_PREFIX_PATH names. Not by find_package(Torch): its configuration asks for compilers and libraries that nothing
# here needs. Defines BITPLACE_TORCH_FOUND.
find_path(BITPLACE_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h)
find_library(BITPLACE_TORCH torch)
find_library(BITPLACE_TORCH_CPU torch_cpu)
find_library(BITPLACE_C10 c10)
mark_as_advanced(BITPLACE_TORCH_INCLUDE BITPLACE_TORCH BITPLACE_TORCH_CPU BITPLACE_C10)
if(BITPLACE_TORCH_INCLUDE AND BITPLACE_TORCH AND BITPLACE_TORCH_CPU AND BITPLACE_C10)
  set(BITPLACE_TORCH_FOUND TRUE)
else()
  set(BITPLACE_TORCH_FOUND FALSE)
endif()

if(BITPLACE_TORCH_FOUND AND NOT TARGET bitplace_torch)
  add_library(bitplace_torch INTERFACE)
  target_include_directories(bitplace_torch SYSTEM INTERFACE
    ${BITPLACE_TORCH_INCLUDE} ${BITPLACE_TORCH_INCLUDE}/torch/csrc/api/include)
  # Nothing here calls into libtorch.so itself, but it is what loads the CUDA part of a LibTorch that has one.
  target_link_libraries(bitplace_torch INTERFACE -Wl,--no-as-needed ${BITPLACE_TORCH} -Wl,--as-needed
    ${BITPLACE_TORCH_CPU} ${BITPLACE_C10})
endif()

# Whether vprtrain is built: as BITPLACE_TRAIN says.
set(BITPLACE_TRAIN_BUILT FALSE)
if(BITPLACE_TOOLS AND BITPLACE_CONVERT AND NOT BITPLACE_TRAIN STREQUAL "OFF" AND NOT BITPLACE_SANITIZE)
  if(BITPLACE_TORCH_FOUND)
    set(BITPLACE_TRAIN_BUILT TRUE)
  elseif(BITPLACE_TRAIN STREQUAL "AUTO")
    message(STATUS "LibTorch not found (Debian: libtorch-dev): vprtrain is left out")
  else()
    message(FATAL_ERROR "LibTorch not found (Debian: libtorch-dev): vprtrain needs it")
  endif()
endif()
