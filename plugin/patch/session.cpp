// session.cpp: the main-thread side of an exported plugin, see session.hpp.
#include "session.hpp"

#include "instance.hpp"

#include <dlfcn.h>
#include <new>
#include <string.h>

namespace mmm::patch {
namespace {

Instance *instance_of(mmm_session s) { return reinterpret_cast<Instance *>(s); }

void log(const Instance *i, int level, const char *text) {
    if (i->host.log) i->host.log(i->host.host, level, text);
}

const Control *control_of(mmm_session s, int slot) {
    const auto &controls = instance_of(s)->payload->controls;
    return slot >= 0 && static_cast<size_t>(slot) < controls.size() ? &controls[static_cast<size_t>(slot)] : nullptr;
}

size_t give(const std::string &text, char *buf, size_t size) {
    if (buf && size > 0) {
        const size_t n = text.size() < size ? text.size() : size - 1;
        memcpy(buf, text.data(), n);
        buf[n] = 0;
    }
    return text.size();
}

// Machine code that was made when the plugin was; where it does not fit this
// machine, what the WebAssembly beside it compiles to.
bool load_module(Instance *i) {
    if (i->module) return true;
    const mmmrt_packed &program = i->payload->program;
    char why[512] = "";
    i->module = mmmrt_module_load(program.code, program.code_size, why, sizeof why);
    if (!i->module) {
        log(i, MMM_LOG_INFO, (std::string("compiled anew for this machine: ") + why).c_str());
        i->module = mmmrt_compile(program.wasm, program.wasm_size, false, why, sizeof why);
    }
    if (!i->module) log(i, MMM_LOG_ERROR, why);
    return i->module != nullptr;
}

// An instance with the present values whose top level has run, or nullptr.
mmmrt_instance *make_instance(Instance *i, double rate) {
    const mmmrt_packed &program = i->payload->program;
    char why[512] = "";
    mmmrt_instance *made = mmmrt_native(i->module, &program.image, program.objects, static_cast<uint32_t>(program.object_words),
                                        program.deep, why, sizeof why);
    if (!made) {
        log(i, MMM_LOG_ERROR, why);
        return nullptr;
    }
    if (!mmmrt_packed_sounds(&program, made)) {
        log(i, MMM_LOG_ERROR, "no memory for the sounds of the patch");
        mmmrt_instance_free(made);
        return nullptr;
    }
    uint64_t *words = mmmrt_instance_words(made);
    for (size_t k = 0; k < program.cell_count; k++) words[program.cells[k].index] = program.cells[k].word;
    for (size_t slot = 0; slot < i->payload->controls.size(); slot++) {
        const int32_t cell = program.swap.slots[slot].cell;
        if (cell < 0 || static_cast<uint32_t>(cell) >= program.image.param_count) continue;
        const double plain = i->plain[slot].load(std::memory_order_relaxed);
        memcpy(words + program.image.params + cell, &plain, sizeof plain);
    }
    // knobs of single notes begin where the knob of all is
    for (size_t k = 0; k < program.swap.cue_count && k < program.image.cue_count; k++) {
        const mmmrt_cue &cue = program.swap.cues[k];
        if (cue.kind != MMMRT_CUE_VOICE_PARAM || cue.number < 0 || static_cast<uint32_t>(cue.number) >= program.image.param_count) continue;
        words[program.image.cues + k] = words[program.image.params + static_cast<uint32_t>(cue.number)];
    }
    int64_t place;
    if (mmmrt_instance_init(made, 0, rate, &place, why, sizeof why) != MMMRT_FAULT_NONE) {
        log(i, MMM_LOG_ERROR, "the top level of the patch was stopped");
        mmmrt_instance_free(made);
        return nullptr;
    }
    return made;
}

bool publish(Instance *i, double rate) {
    mmmrt_instance *made = make_instance(i, rate);
    if (!made) return false;
    mmmrt_swap swap = i->payload->program.swap;
    swap.instance = made;
    swap.set_values = true;
    for (size_t slot = 0; slot < i->payload->controls.size(); slot++) {
        const double plain = i->plain[slot].load(std::memory_order_relaxed);
        swap.slots[slot].exact = plain;
        swap.slots[slot].home = swap.values[slot] = i->payload->controls[slot].normal(plain);
    }
    mmmrt_program *program = mmmrt_program_new(&swap, 0, 0);
    if (!program) {
        mmmrt_instance_free(made);
        return false;
    }
    mmmrt_player_publish(i->player, program, nullptr);
    return true;
}

const char *fault_text(int fault) {
    switch (fault) {
    case MMMRT_FAULT_DEPTH: return "the patch was stopped: too many active calls";
    case MMMRT_FAULT_TIME: return "the patch was stopped: a block did not come to an end";
    case MMMRT_FAULT_HANDLE: return "the patch was stopped: use of an invalid function, array or box";
    case MMMRT_FAULT_HEAP: return "the patch was stopped: out of heap memory";
    case MMMRT_FAULT_BUDGET: return "the patch was stopped: too many instructions";
    default: return "the patch was stopped";
    }
}

void tell_reports(Instance *i) {
    mmmrt_report report;
    while (mmmrt_player_report(i->player, &report)) {
        if (report.kind == MMMRT_REPORT_FAULT) log(i, MMM_LOG_ERROR, fault_text(report.code));
        else if (report.kind == MMMRT_REPORT_NONFINITE) log(i, MMM_LOG_WARNING, "the patch put out a number that is not finite");
    }
}

// Frees what the player holds; nobody processes.
void drain(Instance *i) {
    auto discard = [](mmmrt_program *program) {
        mmmrt_instance *used = mmmrt_program_instance(program);
        mmmrt_program_free(program);
        mmmrt_instance_free(used);
    };
    while (mmmrt_program *program = mmmrt_player_collect(i->player)) discard(program);
    while (mmmrt_program *program = mmmrt_player_drain(i->player)) discard(program);
}

}  // namespace

const Payload *payload() {
    static Payload read;
    static const bool whole = [] {
        Dl_info self;
        return dladdr(reinterpret_cast<const void *>(&payload), &self) && self.dli_fname && read_payload(self.dli_fname, &read);
    }();
    return whole ? &read : nullptr;
}

// ---- life --------------------------------------------------------------------------

int mmm_abi_version() { return MMM_ABI; }

mmm_session mmm_new(int, const mmm_host *host) {
    const Payload *patch = payload();
    Instance *i = patch ? new (std::nothrow) Instance : nullptr;
    if (!i) return 0;
    i->payload = patch;
    if (host) i->host = *host;
    for (size_t slot = 0; slot < MMM_SLOTS; slot++) {
        i->plain[slot].store(slot < patch->controls.size() ? patch->controls[slot].init : 0, std::memory_order_relaxed);
    }
    for (size_t slot = 0; slot < patch->controls.size(); slot++) {
        i->plain[slot].store(patch->controls[slot].clamp(patch->controls[slot].init), std::memory_order_relaxed);
    }
    const mmmrt_options options = {};
    i->player = mmmrt_player_new(&options);
    if (!i->player || !load_module(i)) {
        mmm_free(reinterpret_cast<mmm_session>(i));
        return 0;
    }
    return reinterpret_cast<mmm_session>(i);
}

void mmm_free(mmm_session s) {
    Instance *i = instance_of(s);
    if (i->player) {
        drain(i);
        mmmrt_player_free(i->player);
    }
    mmmrt_module_free(i->module);
    delete i;
}

mmm_player *mmm_session_player(mmm_session s) { return reinterpret_cast<mmm_player *>(instance_of(s)); }

int mmm_activate(mmm_session s, double rate, uint32_t) {
    Instance *i = instance_of(s);
    drain(i);
    mmmrt_player_set_rate(i->player, rate);
    return publish(i, rate);
}

void mmm_deactivate(mmm_session s) { tell_reports(instance_of(s)); }

// ---- the patch, which stays what it is -----------------------------------------------

int mmm_swap(mmm_session, const char *, size_t, const char *, int) { return 0; }
int mmm_watch(mmm_session, const char *) { return 0; }
size_t mmm_patch(mmm_session, char *buf, size_t size) { return give("", buf, size); }
size_t mmm_status(mmm_session, char *buf, size_t size) { return give("{}", buf, size); }
int mmm_set_engine(mmm_session, const char *) { return 0; }
int mmm_preset_load(mmm_session, const char *, char *error, size_t error_size) {
    give("an exported plugin has one patch", error, error_size);
    return 0;
}
size_t mmm_path(mmm_session, char *buf, size_t size) { return give("", buf, size); }
int mmm_take_gesture(mmm_session, mmm_gesture *) { return 0; }
int mmm_param_reset(mmm_session, int) { return 0; }
int mmm_page_get(mmm_session, int, mmm_page *) { return 0; }
int mmm_note_name_get(mmm_session, int, mmm_note_name *) { return 0; }
size_t mmm_editor_url(mmm_session, char *buf, size_t size) { return give("", buf, size); }
int mmm_editor_open(mmm_session) { return 0; }
void mmm_param_mapping(mmm_session, int, int, int, const char *, const char *) {}
void mmm_param_automation(mmm_session, int, int, int) {}
void mmm_track(mmm_session, const char *, int) {}

int mmm_voice_count(mmm_session s) { return static_cast<int>(instance_of(s)->payload->voices); }

// ---- state ---------------------------------------------------------------------------

size_t mmm_state_save(mmm_session s, int, char *buf, size_t size) { return give(save_values(*instance_of(s)), buf, size); }

int mmm_state_load(mmm_session s, int, const char *data, size_t size) {
    Instance *i = instance_of(s);
    if (!load_values(i, data, size)) return 0;
    for (size_t slot = 0; slot < i->payload->controls.size(); slot++) {
        const double plain = i->plain[slot].load(std::memory_order_relaxed);
        mmmrt_player_set_slot(i->player, static_cast<int>(slot), i->payload->controls[slot].normal(plain));
    }
    i->notices |= MMM_NOTICE_PARAM_VALUES;
    return 1;
}

uint32_t mmm_take_notices(mmm_session s) {
    Instance *i = instance_of(s);
    tell_reports(i);
    const uint32_t notices = i->notices;
    i->notices = 0;
    return notices;
}

// ---- parameters ------------------------------------------------------------------------

int mmm_param_count(mmm_session s) { return static_cast<int>(instance_of(s)->payload->controls.size()); }

int mmm_param_get_info(mmm_session s, int slot, mmm_param_info *info) {
    const Control *c = control_of(s, slot);
    if (!c) return 0;
    *info = {};
    info->used = 1;
    give(c->name, info->name, sizeof info->name);
    give(c->module, info->module, sizeof info->module);
    info->min_value = c->low();
    info->max_value = c->high();
    info->default_value = c->clamp(c->init);
    info->stepped = c->counts();
    return 1;
}

int mmm_param_get_value(mmm_session s, int slot, double *value) {
    if (!control_of(s, slot)) return 0;
    *value = instance_of(s)->plain[slot].load(std::memory_order_relaxed);
    return 1;
}

size_t mmm_param_to_text(mmm_session s, int slot, double value, char *buf, size_t size) {
    const Control *c = control_of(s, slot);
    return c ? give(value_text(*c, value), buf, size) : 0;
}

int mmm_param_from_text(mmm_session s, int slot, const char *text, double *value) {
    const Control *c = control_of(s, slot);
    return c && parse_value(*c, text, value);
}

}  // namespace mmm::patch
