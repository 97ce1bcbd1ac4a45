# Fails where the shared library LIBRARY exports what no public header declares: it would become a promise. NM lists
# symbols.
cmake_minimum_required(VERSION 3.22)

set(classes "(Describer|DeviceSearch|Executor|Model|Plan|PlaceMap)")
set(functions "(active_features|bits_per_element|cpu_features|cpu_name|create_thread_pool|data_type_name|dense_bytes|isa_name|isa_tiers|to_string)")

execute_process(COMMAND ${NM} -D -C --defined-only ${LIBRARY} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${output}")
set(unexpected "")
set(expected 0)
foreach(line IN LISTS lines)
  if(line MATCHES "^[0-9a-f]+ [A-Za-z] (.*)$")
    set(symbol "${CMAKE_MATCH_1}")
    if(symbol MATCHES "^((vtable|typeinfo|typeinfo name) for )?bitplace::${classes}(::.*)?$" OR
       symbol MATCHES "^bitplace::${functions}(\\[abi:cxx11\\])?\\(.*$" OR symbol MATCHES "^bitplace_[a-z_]+$")
      math(EXPR expected "${expected} + 1")
    else()
      list(APPEND unexpected "${symbol}")
    endif()
  endif()
endforeach()
if(unexpected)
  list(JOIN unexpected "\n  " text)
  message(FATAL_ERROR "${LIBRARY} exports what no public header declares:\n  ${text}")
elseif(expected EQUAL 0)
  message(FATAL_ERROR "${LIBRARY} exports nothing")
endif()
