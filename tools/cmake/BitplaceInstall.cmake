# cmake --install: the library, its public headers and a package that find_package(bitplace) finds (component
# "bitplace"), and the programs (component "bitplace_tools").

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/bitplace)
install(TARGETS bitplace EXPORT bitplaceTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bitplace
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bitplace NAMELINK_COMPONENT bitplace)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/bitplace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT bitplace)
install(EXPORT bitplaceTargets NAMESPACE bitplace:: DESTINATION ${package_folder} COMPONENT bitplace)
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/bitplaceConfig.cmake.in
  ${PROJECT_BINARY_DIR}/bitplaceConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/bitplaceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/bitplaceConfig.cmake ${PROJECT_BINARY_DIR}/bitplaceConfigVersion.cmake
  DESTINATION ${package_folder} COMPONENT bitplace)
if(BITPLACE_TOOLS)
  get_property(bitplace_tools GLOBAL PROPERTY BITPLACE_INSTALLED_TOOLS)
  if(bitplace_tools)
    install(TARGETS ${bitplace_tools} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT bitplace_tools)
  endif()
endif()
