# tle_civetweb: civetweb compiled from the distribution's source package, because its binary
# package has neither IPv6 nor a linked OpenSSL. TLE_CIVETWEB_SOURCE names a source tree to take
# instead; else the package is fetched once for all presets of a build directory.

# 1.15, of Debian 12, is what is tested; 1.16, of Debian 13, is taken as it comes.
set(TLE_CIVETWEB_VERSIONS 1.15 1.16)
list(JOIN TLE_CIVETWEB_VERSIONS " or " civetweb_versions)

cmake_path(IS_PREFIX PROJECT_SOURCE_DIR "${PROJECT_BINARY_DIR}" NORMALIZE in_source_tree)
if(TLE_CIVETWEB_SOURCE)
  set(civetweb_source ${TLE_CIVETWEB_SOURCE})
elseif(in_source_tree)
  set(civetweb_source ${PROJECT_SOURCE_DIR}/build/civetweb)
else()
  set(civetweb_source ${PROJECT_BINARY_DIR}/civetweb)
endif()

if(NOT TLE_CIVETWEB_SOURCE)
  # Two presets may be configured at once: one fetches, the other waits for it.
  file(LOCK ${civetweb_source}.lock GUARD FILE TIMEOUT 600)
  if(NOT EXISTS ${civetweb_source})
    message(STATUS "Fetching the civetweb source package into ${civetweb_source}")
    execute_process(
      COMMAND ${CMAKE_CURRENT_LIST_DIR}/fetch_civetweb.sh ${civetweb_source}
      RESULT_VARIABLE fetch_result
      OUTPUT_VARIABLE fetch_output
      ERROR_VARIABLE fetch_output)
    if(NOT fetch_result EQUAL 0)
      message(FATAL_ERROR
        "The civetweb source package cannot be had from the distribution:\n${fetch_output}\n"
        "It needs apt, dpkg-dev and a package mirror. Without them (offline, another "
        "distribution) unpack civetweb ${civetweb_versions} somewhere and configure with "
        "-DTLE_CIVETWEB_SOURCE=DIR.")
    endif()
  endif()
  file(LOCK ${civetweb_source}.lock RELEASE)
endif()

set(civetweb_header ${civetweb_source}/include/civetweb.h)
if(NOT EXISTS ${civetweb_header} OR NOT EXISTS ${civetweb_source}/src/civetweb.c)
  message(FATAL_ERROR "${civetweb_source} is no civetweb source tree (no include/civetweb.h or "
                      "src/civetweb.c): remove it, or correct TLE_CIVETWEB_SOURCE.")
endif()
file(STRINGS ${civetweb_header} civetweb_version_line REGEX "define CIVETWEB_VERSION \"")
string(REGEX MATCH "[0-9]+\\.[0-9]+" civetweb_version "${civetweb_version_line}")
if(NOT civetweb_version IN_LIST TLE_CIVETWEB_VERSIONS)
  message(FATAL_ERROR "civetweb \"${civetweb_version}\" in ${civetweb_source}: this program is "
                      "built with ${civetweb_versions}.")
endif()
if(civetweb_version VERSION_LESS 1.16)
  set(civetweb_openssl_api OPENSSL_API_1_1)  # what 1.15 calls it; OpenSSL 3 has that interface
else()
  set(civetweb_openssl_api OPENSSL_API_3_0)
endif()

find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)

# Objects, because it calls back into the library that they become a part of (accept_gate.cc).
add_library(tle_civetweb OBJECT ${civetweb_source}/src/civetweb.c)
target_include_directories(tle_civetweb SYSTEM PUBLIC ${civetweb_source}/include)
target_compile_definitions(tle_civetweb PRIVATE
  USE_IPV6 NO_SSL_DL ${civetweb_openssl_api} NO_CGI NO_POPEN NO_FILES NO_CACHING
  # The lowest free worker takes the next connection, so the memory of the others stays untouched.
  ALTERNATIVE_QUEUE MG_BUF_LEN=1024 USE_STACK_SIZE=262144
  # How long an idle worker may sleep before it sees that the server is being stopped.
  SOCKET_TIMEOUT_QUANTUM=500
  # accept_gate.h says why.
  accept=tle_gate_accept)
target_compile_options(tle_civetweb PRIVATE -w)  # not our code
# It synchronises by volatile flags, which TSan takes for races; our callbacks are still watched.
target_compile_options(tle_civetweb PRIVATE -fno-sanitize=thread)
target_link_libraries(tle_civetweb PRIVATE OpenSSL::SSL OpenSSL::Crypto Threads::Threads
                               ${CMAKE_DL_LIBS})
set_target_properties(tle_civetweb PROPERTIES C_CLANG_TIDY "" EXPORT_COMPILE_COMMANDS OFF)
