# Builds and runs the consumer. MODE package: against BITPLACE_BUILD, installed. MODE subdirectory: with the sources in
# BITPLACE_SOURCE as a part of it, as the other kind of library (SHARED) with portable kernels only, which is then
# installed and consumed in turn.
#
# Arguments, by -D: MODE BITPLACE_SOURCE BITPLACE_BUILD WORK MODEL EXPECTED SHARED GENERATOR BUILD_TYPE, and TOOLCHAIN, or
# C_COMPILER and CXX_COMPILER; EMULATOR (a command line) runs what was built; NM lists symbols.
cmake_minimum_required(VERSION 3.22)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

separate_arguments(emulator UNIX_COMMAND "${EMULATOR}")
set(configure ${CMAKE_COMMAND} -S ${BITPLACE_SOURCE}/tests/consumer -G ${GENERATOR})
if(TOOLCHAIN)
  list(APPEND configure --toolchain ${TOOLCHAIN})
else()
  list(APPEND configure -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER})
endif()

# Both programs print what the file says.
function(build_and_run folder)
  run(${CMAKE_COMMAND} --build ${folder} --parallel 2)
  file(READ ${EXPECTED} expected)
  foreach(program describe_cpp describe_c)
    run(${emulator} ${folder}/${program} ${MODEL})
    string(FIND "${expected}" "${output}" position)
    if(NOT position EQUAL 0 OR output STREQUAL "")
      message(FATAL_ERROR "${folder}/${program} printed\n${output}expected\n${expected}")
    endif()
  endforeach()
endfunction()

# A cross build looks for packages under its root only, so it is told where this one lies.
function(consume_package prefix folder)
  file(GLOB package ${prefix}/lib*/cmake/bitplace ${prefix}/lib/*/cmake/bitplace)
  run(${configure} -B ${folder} -DCMAKE_BUILD_TYPE=${BUILD_TYPE} -Dbitplace_DIR=${package})
  build_and_run(${folder})
endfunction()

file(REMOVE_RECURSE ${WORK})
if(MODE STREQUAL package)
  run(${CMAKE_COMMAND} --install ${BITPLACE_BUILD} --prefix ${WORK}/prefix --component bitplace)
  consume_package(${WORK}/prefix ${WORK}/build)
else()
  run(${configure} -B ${WORK}/build -DBITPLACE_SOURCE=${BITPLACE_SOURCE} -DBUILD_SHARED_LIBS=${SHARED}
    -DBITPLACE_PORTABLE=ON)
  build_and_run(${WORK}/build)
  run(${CMAKE_COMMAND} --install ${WORK}/build --prefix ${WORK}/prefix --component bitplace)
  consume_package(${WORK}/prefix ${WORK}/installed)
endif()
file(GLOB_RECURSE libraries ${WORK}/prefix/libbitplace.so)
if(libraries)
  run(${CMAKE_COMMAND} -DLIBRARY=${libraries} -DNM=${NM} -P ${BITPLACE_SOURCE}/tests/consumer/check_exports.cmake)
elseif(SHARED)
  message(FATAL_ERROR "no shared library was built")
endif()
