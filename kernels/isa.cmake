# bitplace_add_kernels(ISA FILE...): compiles kernel files for one instruction set, each set in an object library of
# its own with its own flags. Tiers above the named one are switched off, so a compiler that defaults higher cannot
# leak into it, and optimisation is always on: at -O0 helper templates stay out of line as weak symbols, which a
# linker may then give to baseline code (docs/dispatch.md).

set(BITPLACE_ISA_FLAGS_sse42 -msse4.2 -mpopcnt -mno-avx)
set(BITPLACE_ISA_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi -mbmi2 -mpopcnt -mno-avx512f)
set(BITPLACE_ISA_FLAGS_avxvnni ${BITPLACE_ISA_FLAGS_avx2} -mavxvnni)
set(BITPLACE_ISA_FLAGS_avx512 -mavx2 -mfma -mf16c -mbmi -mbmi2 -mpopcnt -mavx512f -mavx512bw -mavx512vl -mavx512dq
  -mprefer-vector-width=512)
set(BITPLACE_ISA_FLAGS_avx512vnni ${BITPLACE_ISA_FLAGS_avx512} -mavx512vnni)
set(BITPLACE_ISA_FLAGS_avx512vpopcntdq ${BITPLACE_ISA_FLAGS_avx512vnni} -mavx512vpopcntdq -mavx512bitalg)
set(BITPLACE_ISA_FLAGS_neon -march=armv8-a)
set(BITPLACE_ISA_FLAGS_neondot -march=armv8.2-a+dotprod)
set(BITPLACE_ISA_FLAGS_neonfp16 -march=armv8.2-a+dotprod+fp16+fp16fml)
set(BITPLACE_ISA_FLAGS_neoni8mm -march=armv8.2-a+dotprod+fp16+fp16fml+i8mm)
set(BITPLACE_ISA_ARCH_x86 sse42 avx2 avxvnni avx512 avx512vnni avx512vpopcntdq)
set(BITPLACE_ISA_ARCH_arm64 neon neondot neonfp16 neoni8mm)

# Files of another processor family are left out.
function(bitplace_add_kernels isa)
  if(NOT isa IN_LIST BITPLACE_ISA_ARCH_${BITPLACE_ARCH})
    return()
  endif()
  string(REPLACE "${PROJECT_SOURCE_DIR}/" "" folder "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REPLACE "/" "_" folder "${folder}")
  set(target bitplace_${folder}_${isa})
  add_library(${target} OBJECT ${ARGN})
  target_link_libraries(${target} PRIVATE bitplace_build)
  target_compile_options(${target} PRIVATE ${BITPLACE_ISA_FLAGS_${isa}} $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:-O2>)
  # g++ 12 warns about its own AVX-512 intrinsics, whose undefined values are self-initialised (GCC bug 105593).
  if(isa MATCHES "^avx512")
    target_compile_options(${target} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  set_property(GLOBAL APPEND PROPERTY BITPLACE_ISA_OBJECTS $<TARGET_OBJECTS:${target}>)
  set_property(GLOBAL APPEND PROPERTY BITPLACE_ISA_TARGETS ${target})
endfunction()
