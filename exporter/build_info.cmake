# Run at every build: writes OUTPUT from TEMPLATE, and only when something in it has changed.
set(REVISION "${GIVEN_REVISION}")
set(BRANCH "")
if(NOT REVISION)
  execute_process(COMMAND git rev-parse HEAD WORKING_DIRECTORY ${SOURCE_DIR}
                  OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git rev-parse --abbrev-ref HEAD WORKING_DIRECTORY ${SOURCE_DIR}
                  OUTPUT_VARIABLE BRANCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
foreach(variable REVISION BRANCH)
  if(NOT "${${variable}}" MATCHES "^[A-Za-z0-9._/+-]+$")
    set(${variable} unknown)
  endif()
endforeach()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
