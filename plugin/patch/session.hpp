// session.hpp: the functions of mmm.h for a plugin that contains its patch. They
// keep the promises of that header with no compiler behind them: the patch cannot
// be changed, and a parameter's value is the plain one.
//
// The shim calls them through the table that library.cpp fills, so everything
// that it does for hosts it does for an exported plugin, too.
#pragma once

#include "../../cbridge/mmm.h"
#include "payload.hpp"

namespace mmm::patch {

// The patch in this file, read at the first call; nullptr when there is none or
// it is damaged. [main-thread]
const Payload *payload();

int mmm_abi_version();
mmm_session mmm_new(int kind, const mmm_host *host);
void mmm_free(mmm_session s);
mmm_player *mmm_session_player(mmm_session s);
int mmm_activate(mmm_session s, double rate, uint32_t max_frames);
void mmm_deactivate(mmm_session s);
int mmm_swap(mmm_session s, const char *text, size_t size, const char *name, int wait);
int mmm_watch(mmm_session s, const char *path);
size_t mmm_patch(mmm_session s, char *buf, size_t size);
size_t mmm_status(mmm_session s, char *buf, size_t size);
int mmm_set_engine(mmm_session s, const char *engine);
size_t mmm_state_save(mmm_session s, int context, char *buf, size_t size);
int mmm_state_load(mmm_session s, int context, const char *data, size_t size);
int mmm_preset_load(mmm_session s, const char *path, char *error, size_t error_size);
size_t mmm_path(mmm_session s, char *buf, size_t size);
int mmm_param_count(mmm_session s);
int mmm_param_get_info(mmm_session s, int slot, mmm_param_info *info);
int mmm_param_get_value(mmm_session s, int slot, double *value);
size_t mmm_param_to_text(mmm_session s, int slot, double value, char *buf, size_t size);
int mmm_param_from_text(mmm_session s, int slot, const char *text, double *value);
int mmm_param_reset(mmm_session s, int slot);
void mmm_param_mapping(mmm_session s, int slot, int mapped, int rgb, const char *label, const char *description);
void mmm_param_automation(mmm_session s, int slot, int state, int rgb);
int mmm_page_get(mmm_session s, int index, mmm_page *page);
int mmm_note_name_get(mmm_session s, int index, mmm_note_name *name);
void mmm_track(mmm_session s, const char *name, int rgb);
int mmm_voice_count(mmm_session s);
uint32_t mmm_take_notices(mmm_session s);
int mmm_take_gesture(mmm_session s, mmm_gesture *gesture);
size_t mmm_editor_url(mmm_session s, char *buf, size_t size);
int mmm_editor_open(mmm_session s);

// The audio side: what mmm_session_player returns is one of ours, whose events
// bear plain values.
int mmm_process(mmm_player *player, const mmm_block *block);
void mmm_flush(mmm_player *player, const mmm_event *events, uint32_t count);
uint32_t mmm_take_note_ends(mmm_player *player, mmm_note_end *ends, uint32_t max);
uint32_t mmm_tail(mmm_player *player);
bool mmm_await(mmm_player *player, uint64_t timeout_ns);
void mmm_reset(mmm_player *player);
using ::mmm_thread_prepare;

}  // namespace mmm::patch
