# cmake --install: the library, its public headers and a package that find_package(bitplace) finds.

include(CMakePackageConfigHelpers)
install(TARGETS bitplace EXPORT bitplaceTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/bitplace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT bitplaceTargets NAMESPACE bitplace:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bitplace)
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/bitplaceConfig.cmake.in
  ${PROJECT_BINARY_DIR}/bitplaceConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bitplace)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/bitplaceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/bitplaceConfig.cmake ${PROJECT_BINARY_DIR}/bitplaceConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bitplace)
if(BITPLACE_TOOLS)
  get_property(bitplace_tools GLOBAL PROPERTY BITPLACE_INSTALLED_TOOLS)
  if(bitplace_tools)
    install(TARGETS ${bitplace_tools} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endif()
