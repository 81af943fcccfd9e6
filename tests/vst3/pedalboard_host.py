"""The built VST3 plugin in pedalboard, its editor closed: scanning, parameters,
notes, saved state, edits by file and by state, many instances."""

import json
import os
import subprocess
import threading
import time

import numpy as np
import pedalboard

from shared_patches import *

RATE = 48000
here = folder()


def load(kind="mmm Effect"):
    return pedalboard.load_plugin(PLUGIN, plugin_name=kind)


def set_patch(plugin, patch, values=None):
    preset = plugin.preset_data
    plugin.preset_data = with_state(preset, state_of(patch, component_state(preset), values))


def play(plugin, frames, signal=None, block=64):
    """Goes on playing; frames is a multiple of the block, else the host starts
    the plugin anew."""
    if signal is None:
        signal = np.zeros((2, frames), np.float32)
    return plugin.process(signal, RATE, buffer_size=block, reset=False)


def memory():
    """Resident memory in MB."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def a_scan_finds_both_plugins():
    assert pedalboard.VST3Plugin.get_plugin_names_for_file(PLUGIN) == ["mmm Instrument", "mmm Effect"]
    assert load("mmm Instrument").is_instrument
    assert load().is_effect


def knobs_have_the_patch_s_names_ranges_and_texts():
    plugin = load("mmm Instrument")
    set_patch(plugin, 'fn dsp(){ Slider!("filter.cutoff", 200, 100, 1100) + Slider!("level", 0.25, 0, 1) }\n')
    shown = {p.name: p for p in plugin._parameters}
    assert "level" in shown, list(shown)[:9]
    cutoff = shown["cutoff"]
    assert abs(cutoff.raw_value - 0.1) < 1e-7 and cutoff.string_value == "200", (cutoff.raw_value, cutoff.string_value)
    assert cutoff.get_text_for_raw_value(0) == "100" and cutoff.get_text_for_raw_value(1) == "1100"
    assert cutoff.get_raw_value_for_text("600") == 0.5
    cutoff.raw_value = 0.5
    assert cutoff.string_value == "600"


def notes_in_sound_out():
    plugin = load("mmm Instrument")
    on, off = ([0x90, 69, 100], 0.1), ([0x80, 69, 0], 0.3)
    sound = plugin.process([on, off], 0.5, RATE, 2, 512)
    level = lambda a, b: float(np.sqrt(np.mean(sound[:, int(a * RATE) : int(b * RATE)] ** 2)))
    assert level(0, 0.1) == 0 and level(0.15, 0.3) > 0.01, (level(0, 0.1), level(0.15, 0.3))
    assert np.isfinite(sound).all()


def a_note_s_pitch_and_velocity_arrive():
    plugin = load("mmm Instrument")
    set_patch(plugin, NOTE)
    sound = plugin.process([([0x90, 72, 64], 0.01)], 0.1, RATE, 2, 64)
    assert abs(sound[0, -1] - 64 / 127) < 1e-6 and abs(sound[1, -1] - 72 / 127) < 1e-6, sound[:, -1]
    first = int(np.argmax(sound[0] > 0))
    assert first == 480, f"the note begins at frame {first}"


def a_knob_moves_the_sound():
    plugin = load()
    set_patch(plugin, KNOB)
    knob = next(p for p in plugin._parameters if p.name == "gain")
    for value in (0.25, 0.75):
        knob.raw_value = value
        assert abs(play(plugin, 512)[0, -1] - value) < 1e-7


def a_saved_state_restores_patch_and_values():
    plugin = load()
    set_patch(plugin, KNOB)
    next(p for p in plugin._parameters if p.name == "gain").raw_value = 0.125
    play(plugin, 512)
    preset = plugin.preset_data
    state = component_state(preset)
    other = load()
    other.preset_data = preset
    assert component_state(other.preset_data) == state, "save, load, save gives other bytes"
    assert play(other, 512)[0, -1] == 0.125
    assert json.loads(state)["patch"] == KNOB


def a_file_that_is_no_state_changes_nothing():
    plugin = load()
    set_patch(plugin, KNOB)
    state = component_state(plugin.preset_data)
    for wrong in (b"", b"no state", state[: len(state) // 2]):
        try:
            plugin.preset_data = with_state(plugin.preset_data, wrong)
        except Exception:
            pass  # a host may say so
        assert component_state(plugin.preset_data) == state


def the_environment_names_the_first_patch():
    path = here / "first.mmm"
    path.write_text(KNOB)
    os.environ["MMM_PATCH"] = str(path)
    try:
        plugin = load()
        assert play(plugin, 512)[0, -1] == 0.5
        state = json.loads(component_state(plugin.preset_data))
        assert state["path"] == str(path)
    finally:
        del os.environ["MMM_PATCH"]


def a_preset_made_by_the_command_line_is_opened():
    path = here / "preset.mmm"
    path.write_text(KNOB)
    preset = here / "knob.vstpreset"
    subprocess.run([ROOT / "out" / "mmm", "export", path, "-o", preset], check=True, stdout=subprocess.DEVNULL)
    plugin = load("mmm Instrument")
    plugin.load_preset(str(preset))
    assert play(plugin, 512)[0, -1] == 0.5
    # from then on the file is followed
    save(path, KNOB.replace("(g, g)", "(0.25, 0.25)"))
    until("the saved file sounds", lambda: play(plugin, 512)[0, -1] == 0.25)


def followed(name, text):
    """A plugin that follows a file with that text."""
    path = here / name
    save(path, text)
    os.environ["MMM_PATCH"] = str(path)
    try:
        return path, load()
    finally:
        del os.environ["MMM_PATCH"]


def a_saved_file_is_swapped_in_while_it_plays():
    path, plugin = followed("count.mmm", count(0))
    blocks = []
    seen = threading.Event()

    def audio():
        while not seen.is_set() or len(blocks) < 100:
            blocks.append(play(plugin, 64)[0].copy())
            if blocks[-1][-1] >= 0.5:
                seen.set()

    thread = threading.Thread(target=audio)
    thread.start()
    time.sleep(0.05)
    save(path, count(0.5))
    thread.join(10)
    assert not thread.is_alive(), "the edit never arrived"
    sound = np.concatenate(blocks).astype(np.float64)
    swap = int(np.argmax(sound >= 0.5))
    assert swap % 64 == 0 and swap > 0, swap
    # the counter goes on over the edit: not one frame is lost or played twice
    counted = sound * 8192 - np.where(np.arange(len(sound)) < swap, 0, 4096)
    assert (counted == (counted[0] + np.arange(len(sound))) % 4096).all()
    return f"at frame {swap}"


def the_tail_lives_over_an_edit_by_file():
    path, plugin = followed("echo.mmm", ECHO % 0.5)
    impulse = np.zeros((2, 640), np.float32)
    impulse[:, 0] = 1
    before = np.concatenate([play(plugin, 640, impulse)[0], play(plugin, 9600)[0]])
    assert abs(before[4002] - 0.5 * 0.9) < 1e-6, "an echo after 4002 frames"
    text = (ECHO % 0.5).replace("* volume,", "* volume * -1,")
    save(path, text)
    until("the edit is taken", lambda: json.loads(component_state(plugin.preset_data))["patch"] == text)
    after = play(plugin, 4800)[0]
    # 10240 frames have gone: the third echo comes at 12006
    peak = int(np.argmax(np.abs(after)))
    assert 10240 + peak == 3 * 4002 and abs(after[peak] + 0.5 * 0.9**3) < 1e-6, (peak, after[peak])


def a_state_is_swapped_in_while_it_plays():
    plugin = load()
    set_patch(plugin, count(0))
    stop = threading.Event()
    last = [0.0]

    def audio():
        while not stop.is_set():
            last[0] = float(play(plugin, 64)[0][-1])

    thread = threading.Thread(target=audio)
    thread.start()
    try:
        for k in (0.5, 1):
            set_patch(plugin, count(k))
            until("the state's patch sounds", lambda: k <= last[0] < k + 0.5)
    finally:
        stop.set()
        thread.join()


def two_instances_do_not_mix():
    a, b = load(), load()
    set_patch(a, KNOB, {"amp.gain": 0.1})
    set_patch(b, count(0.5))
    x, y = play(a, 512)[0], play(b, 512)[0]
    assert abs(x[-1] - 0.1) < 1e-7 and y[-1] == 0.5 + 512 / 8192


def sixty_four_instances():
    before, begin = memory(), time.monotonic()
    plugins = [load() for _ in range(64)]
    loaded = time.monotonic() - begin
    for i, plugin in enumerate(plugins):
        set_patch(plugin, KNOB, {"amp.gain": i / 64})
    begin = time.monotonic()
    for i, plugin in enumerate(plugins):
        # a second of sound in blocks of 64
        assert abs(play(plugin, RATE)[0, -1] - i / 64) < 1e-7
    played = time.monotonic() - begin
    return f"loaded in {loaded:.2f} s, {(memory() - before) / 64:.2f} MB each, a second of all in {played:.2f} s"


run(
    a_scan_finds_both_plugins,
    knobs_have_the_patch_s_names_ranges_and_texts,
    notes_in_sound_out,
    a_note_s_pitch_and_velocity_arrive,
    a_knob_moves_the_sound,
    a_saved_state_restores_patch_and_values,
    a_file_that_is_no_state_changes_nothing,
    the_environment_names_the_first_patch,
    a_preset_made_by_the_command_line_is_opened,
    a_saved_file_is_swapped_in_while_it_plays,
    the_tail_lives_over_an_edit_by_file,
    a_state_is_swapped_in_while_it_plays,
    two_instances_do_not_mix,
    sixty_four_instances,
)
