# Finds what the crate clap-wrapper brings, which plugin/headers pins: the CLAP
# headers, the VST3 headers, and the archive of wrapper and VST3 SDK that its
# build script makes. Sets
#   CLAP_INCLUDE_DIR     folder that holds clap/clap.h; may be given
#   MMM_VST3_INCLUDE_DIR folder that holds pluginterfaces/
#   MMM_WRAPPER_INCLUDE_DIR folder that holds clapwrapper/
#   MMM_VST3_ARCHIVE     libclap_wrapper_vst3.a; it wants a clap_entry from us
set(mmm_manifest "${CMAKE_CURRENT_SOURCE_DIR}/headers/Cargo.toml")
execute_process(
  COMMAND cargo metadata --locked --format-version 1 --manifest-path "${mmm_manifest}"
  OUTPUT_VARIABLE mmm_metadata RESULT_VARIABLE mmm_result)
if(NOT mmm_result EQUAL 0)
  message(FATAL_ERROR "cargo cannot fetch the crate clap-wrapper")
endif()
string(REGEX MATCH "\"manifest_path\":\"([^\"]*/clap-wrapper-[^\"/]*)/Cargo.toml\"" _ "${mmm_metadata}")
set(mmm_crate "${CMAKE_MATCH_1}")
if(NOT CLAP_INCLUDE_DIR)
  set(CLAP_INCLUDE_DIR "${mmm_crate}/external/clap/include" CACHE PATH "folder that holds clap/clap.h" FORCE)
endif()
set(MMM_VST3_INCLUDE_DIR "${mmm_crate}/external/vst3sdk" CACHE INTERNAL "")
set(MMM_WRAPPER_INCLUDE_DIR "${mmm_crate}/external/clap-wrapper/include")

# CXXFLAGS: the wrapper's log goes to the host's standard output.
execute_process(
  COMMAND "${CMAKE_COMMAND}" -E env CXXFLAGS=-DCLAP_WRAPPER_LOGLEVEL=0 cargo build -q --release --locked --message-format=json
          --target-dir "${OUT_DIR}/cargo" --manifest-path "${mmm_manifest}"
  OUTPUT_VARIABLE mmm_messages RESULT_VARIABLE mmm_result)
if(NOT mmm_result EQUAL 0)
  message(FATAL_ERROR "cargo cannot build the crate clap-wrapper")
endif()
string(REGEX MATCH "\"linked_paths\":\\[\"native=([^\"]*/clap-wrapper-[^\"/]*/out)\"" _ "${mmm_messages}")
set(MMM_VST3_ARCHIVE "${CMAKE_MATCH_1}/libclap_wrapper_vst3.a" CACHE INTERNAL "")

foreach(mmm_file "${CLAP_INCLUDE_DIR}/clap/clap.h" "${MMM_VST3_INCLUDE_DIR}/pluginterfaces/base/ipluginbase.h"
                 "${MMM_VST3_ARCHIVE}")
  if(NOT EXISTS "${mmm_file}")
    message(FATAL_ERROR "${mmm_file} is missing")
  endif()
endforeach()
