/* MIDI 1.0: channels, controllers, registered parameters and MPE zones. */
#include "player.h"

#include <string.h>

enum {
    NOTE_OFF = 0x80,
    NOTE_ON = 0x90,
    KEY_PRESSURE = 0xA0,
    CONTROL = 0xB0,
    CHANNEL_PRESSURE = 0xD0,
    WHEEL = 0xE0,
};

/* Controllers beside those of cues.h. */
enum {
    MODULATION = 1,
    DATA = 6,
    EXPRESSION = 11,
    DATA_LOW = 38,
    PORTAMENTO = 65,
    SOFT = 67,
    UNREGISTERED_LOW = 98,
    UNREGISTERED = 99,
    REGISTERED_LOW = 100,
    REGISTERED = 101,
    ALL_SOUND_OFF = 120,
    RESET_CONTROLLERS = 121,
    ALL_NOTES_OFF = 123, /* and the modes above it */
};

enum { RPN_BEND_RANGE = 0, RPN_ZONE = 6, RPN_NONE = 127 };

#define BEND_RANGE 2.0   /* semitones */
#define MEMBER_RANGE 48.0

static const note_name anyone = {-1, -1, -1, -1};

/* ---- zones ---- */

enum { LOWER_MASTER = 0, UPPER_MASTER = CHANNELS - 1 };

int midi_master(const mmm_player *p, int channel) {
    if (channel > LOWER_MASTER && channel <= LOWER_MASTER + p->zone[0])
        return LOWER_MASTER;
    if (channel < UPPER_MASTER && channel >= UPPER_MASTER - p->zone[1])
        return UPPER_MASTER;
    return -1;
}

/* Makes a zone of so many members; the other one gives way. All its notes end. */
static void make_zone(mmm_player *p, int which, int members) {
    int master = which == 0 ? LOWER_MASTER : UPPER_MASTER;
    int most = CHANNELS - 1;
    bool was[CHANNELS];
    for (int ch = 0; ch < CHANNELS; ch++)
        was[ch] = ch == master || midi_master(p, ch) == master;
    p->zone[which] = members < most ? members : most;
    int room = most - 1 - p->zone[which];
    if (p->zone[which] > 0 && p->zone[1 - which] > room)
        p->zone[1 - which] = room > 0 ? room : 0;
    for (int ch = 0; ch < CHANNELS; ch++) {
        if (!was[ch] && midi_master(p, ch) != master)
            continue;
        note_name name = anyone;
        name.channel = ch;
        voices_choke(p, name);
        p->channels[ch].range = midi_master(p, ch) < 0 ? BEND_RANGE : MEMBER_RANGE;
        p->channels[ch].bend = p->channels[ch].pressure = 0;
        cues_channel(p, ch, MMMRT_CUE_BEND, 0);
        cues_channel(p, ch, MMMRT_CUE_PRESSURE, 0);
    }
}

/* Data entry for the registered parameter that is selected. */
static void registered(mmm_player *p, int channel, double value) {
    const uint8_t *rpn = p->channels[channel].rpn;
    if (rpn[0] != 0)
        return;
    if (rpn[1] == RPN_ZONE && (channel == LOWER_MASTER || channel == UPPER_MASTER)) {
        make_zone(p, channel != LOWER_MASTER, (int)value);
    } else if (rpn[1] == RPN_BEND_RANGE) {
        int master = midi_master(p, channel);
        for (int ch = 0; ch < CHANNELS; ch++)
            if (ch == channel || (master >= 0 && midi_master(p, ch) == master)) {
                p->channels[ch].range = value;
                voices_channel(p, ch);
            }
    }
}

/* ---- controllers ---- */

static void controller(mmm_player *p, int channel, int number, int value) {
    p->channels[channel].control[number] = (int16_t)value;
    cues_channel(p, channel, MMMRT_CUE_CONTROLLER, number);
}

static void wheel(mmm_player *p, int channel, double bend) {
    p->channels[channel].bend = bend;
    cues_channel(p, channel, MMMRT_CUE_BEND, 0);
    voices_channel(p, channel);
}

static void pressure(mmm_player *p, int channel, double value) {
    p->channels[channel].pressure = value;
    cues_channel(p, channel, MMMRT_CUE_PRESSURE, 0);
    voices_channel(p, channel);
}

/* "Reset all controllers", as the MIDI makers agreed on it (RP-015). */
static void reset_controllers(mmm_player *p, int channel) {
    static const int zero[] = {MODULATION, MIDI_SUSTAIN, PORTAMENTO, MIDI_SOSTENUTO, SOFT};
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        controller(p, channel, zero[i], 0);
    controller(p, channel, EXPRESSION, 127);
    memset(p->channels[channel].rpn, RPN_NONE, 2);
    p->channels[channel].pressure = 0;
    cues_channel(p, channel, MMMRT_CUE_PRESSURE, 0);
    wheel(p, channel, 0);
}

void midi_all_off(mmm_player *p, int channel, bool choke) {
    for (int ch = 0; ch < CHANNELS; ch++) {
        if (ch != channel && midi_master(p, ch) != channel)
            continue;
        note_name name = anyone;
        name.channel = ch;
        cues_silence(p, ch);
        if (choke)
            voices_choke(p, name);
        else
            voices_off(p, name);
    }
}

static void control(mmm_player *p, int channel, int number, int value) {
    channel_state *c = &p->channels[channel];
    bool was_down = c->control[MIDI_SOSTENUTO] >= 64;
    controller(p, channel, number, value);
    switch (number) {
    case DATA:
        registered(p, channel, value);
        break;
    case DATA_LOW: /* cents */
        if (c->rpn[0] == 0 && c->rpn[1] == RPN_BEND_RANGE)
            registered(p, channel, (c->control[DATA] < 0 ? BEND_RANGE : c->control[DATA]) + value / 100.0);
        break;
    case UNREGISTERED:
    case UNREGISTERED_LOW:
        memset(c->rpn, RPN_NONE, 2);
        break;
    case REGISTERED:
    case REGISTERED_LOW:
        c->rpn[number == REGISTERED_LOW] = (uint8_t)value;
        break;
    case MIDI_SOSTENUTO:
        if (value >= 64 && !was_down)
            voices_sostenuto(p, channel);
        voices_channel(p, channel);
        break;
    case MIDI_SUSTAIN:
    case MIDI_TIMBRE:
        voices_channel(p, channel);
        break;
    case ALL_SOUND_OFF:
        midi_all_off(p, channel, true);
        break;
    case RESET_CONTROLLERS:
        reset_controllers(p, channel);
        break;
    default:
        if (number >= ALL_NOTES_OFF)
            midi_all_off(p, channel, false);
        break;
    }
}

void midi_apply(mmm_player *p, const uint8_t bytes[3]) {
    int channel = bytes[0] & 15, a = bytes[1] & 127, b = bytes[2] & 127, bend = (b << 7 | a) - 8192;
    note_name name = {0, channel, a, -1};
    switch (bytes[0] & 0xF0) {
    case NOTE_ON:
        if (b > 0)
            note_on(p, name, b, b / 127.0);
        else
            note_off(p, name);
        break;
    case NOTE_OFF:
        note_off(p, name);
        break;
    case KEY_PRESSURE:
        name.port = -1;
        voices_express(p, name, MMM_EXPRESSION_PRESSURE, b / 127.0);
        break;
    case CONTROL:
        control(p, channel, a, b);
        break;
    case CHANNEL_PRESSURE:
        pressure(p, channel, a);
        break;
    case WHEEL:
        wheel(p, channel, bend < 0 ? bend / 8192.0 : bend / 8191.0);
        break;
    default:
        break;
    }
}

static void clear(channel_state *c) {
    double range = c->range;
    *c = (channel_state){.range = range, .rpn = {RPN_NONE, RPN_NONE}};
    for (int i = 0; i < 128; i++)
        c->control[i] = -1;
}

void midi_init(mmm_player *p) {
    for (int i = 0; i < CHANNELS; i++) {
        p->channels[i].range = BEND_RANGE;
        clear(&p->channels[i]);
    }
}

void midi_reset(mmm_player *p) {
    for (int i = 0; i < CHANNELS; i++)
        clear(&p->channels[i]);
    voices_reset(p);
    cues_restart(p);
}
