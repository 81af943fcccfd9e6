# Mends of clap-wrapper, whose version plugin/headers pins. Two of its files are
# copied with some lines replaced and compiled here; the linker prefers them to
# those of the archive. A line that is not there any more stops the build.
#
#   mmm_mend(FILE OLD NEW [OLD NEW]…)  FILE below the wrapper's src/; appends the
#                                      copy to MMM_MENDED
set(MMM_MENDED)
function(mmm_mend file)
  file(READ "${mmm_crate}/external/clap-wrapper/src/${file}" text)
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs old new)
    string(REPLACE "SEMICOLON" ";" old "${old}")
    string(REPLACE "SEMICOLON" ";" new "${new}")
    string(FIND "${text}" "${old}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "${file} of clap-wrapper has no line “${old}”: the mends in plugin/vst3 do not fit this version")
    endif()
    string(REPLACE "${old}" "${new}" text "${text}")
  endwhile()
  get_filename_component(name "${file}" NAME)
  set(copy "${CMAKE_CURRENT_BINARY_DIR}/mended/${name}")
  file(GENERATE OUTPUT "${copy}" CONTENT "${text}")
  set(MMM_MENDED ${MMM_MENDED} "${copy}" PARENT_SCOPE)
endfunction()

# Of the values that a parameter or a controller takes within a block only the
# last one was passed on. A block was not played at all when the host left off a
# bus, as it does with a side chain that is not connected.
mmm_mend(detail/vst3/process.cpp
  "if (k->getPoint(nums - 1, offset, value) == kResultOk)"
  "for (int32 point = 0SEMICOLON point < numsSEMICOLON point++) if (k->getPoint(point, offset, value) == kResultOk)"
  "if (_vstdata->inputs[i].numChannels =="
  "_input_ports[i].data32 = nullptrSEMICOLON if (int32(i) < _vstdata->numInputs && _vstdata->inputs[i].numChannels =="
  "if (_vstdata->outputs[i].numChannels =="
  "_output_ports[i].data32 = nullptrSEMICOLON if (int32(i) < _vstdata->numOutputs && _vstdata->outputs[i].numChannels =="
  "doProcess = falseSEMICOLON"
  "SEMICOLON"
  "#include \"process.h\"" "#include \"detail/vst3/process.h\""
  "#include \"parameter.h\"" "#include \"detail/vst3/parameter.h\""
  "#include \"../clap/automation.h\"" "#include \"detail/clap/automation.h\"")

# The host was told of new names and tails before it had introduced itself, which
# crashed. When a patch used another parameter slot it stayed hidden, with the
# default of the slot's last owner. Buses were listed on standard error.
mmm_mend(wrapasvst3.cpp
  "this->componentHandler->restartComponent("
  "if (this->componentHandler) this->componentHandler->restartComponent("
  "str8ToStr16(p->getInfo().title, info.name, str16BufferSize(p->getInfo().title))SEMICOLON"
  "utf8_to_utf16l(info.name, (uint16_t *)p->getInfo().title, str16BufferSize(p->getInfo().title))SEMICOLON
          const int32 hidden = Vst::ParameterInfo::kIsHiddenSEMICOLON
          p->getInfo().flags = info.flags & CLAP_PARAM_IS_HIDDEN ? p->getInfo().flags | hidden : p->getInfo().flags & ~hiddenSEMICOLON
          p->getInfo().defaultNormalizedValue = p->asVst3Value(info.default_value)SEMICOLON"
  "fprintf(stderr, \"\\tAUDIO in: %d, out: %d\\n\", (int)numAudioInputs, (int)numAudioOutputs)SEMICOLON"
  "")

add_library(mmmmended OBJECT ${MMM_MENDED})
target_include_directories(mmmmended SYSTEM PRIVATE
  "${mmm_crate}/external/clap/include"
  "${mmm_crate}/external/clap-wrapper/include"
  "${mmm_crate}/external/clap-wrapper/libs/fmt"
  "${mmm_crate}/external/clap-wrapper/libs/psl"
  "${mmm_crate}/external/clap-wrapper/src"
  "${MMM_VST3_INCLUDE_DIR}"
  "${MMM_VST3_INCLUDE_DIR}/public.sdk"
  "${MMM_VST3_INCLUDE_DIR}/pluginterfaces")
# as the crate's build script has it
target_compile_definitions(mmmmended PRIVATE
  "CLAP_WRAPPER_VERSION=\"0.14.0\"" CLAP_WRAPPER_BUILD_FOR_VST3=1 STATICALLY_LINKED_CLAP_ENTRY=1
  CLAP_WRAPPER_LOGLEVEL=0 LIN RELEASE=1)
# not ours to keep free of warnings
target_compile_options(mmmmended PRIVATE -w)
