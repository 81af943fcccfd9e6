"""An exported VST3 plugin in pedalboard: exported_host.py PLUGIN. Its patch has
the controls gain, 0 to 4, of the left channel, and other, 40 to 840, which is the
right one as a part of 840."""

import sys

import numpy as np
import pedalboard

from shared_patches import *

PLUGIN = sys.argv[1]
RATE = 48000
ones = np.ones((2, 512), np.float32)


def parameters_have_their_real_ranges():
    plugin = pedalboard.load_plugin(PLUGIN)
    assert plugin.name == "Two", plugin.name
    shown = [p for p in plugin._parameters if not p.name.startswith("MIDI")]
    assert [p.name for p in shown] == ["gain", "other"]
    gain, other = shown
    assert (gain.string_value, other.string_value) == ("0.5", "440")
    assert (other.get_text_for_raw_value(0), other.get_text_for_raw_value(1)) == ("40", "840")


def it_plays_and_its_knobs_move_the_sound():
    plugin = pedalboard.load_plugin(PLUGIN)
    assert (plugin.process(ones, RATE, buffer_size=64, reset=False)[0, -64:] == 0.5).all()
    gain = next(p for p in plugin._parameters if p.name == "gain")
    gain.raw_value = 0.75
    assert (plugin.process(ones, RATE, buffer_size=64, reset=False)[0, -64:] == 3).all()


def its_state_is_kept():
    plugin = pedalboard.load_plugin(PLUGIN)
    next(p for p in plugin._parameters if p.name == "other").raw_value = 0.25
    plugin.process(ones, RATE, buffer_size=64, reset=False)
    fresh = pedalboard.load_plugin(PLUGIN)
    fresh.preset_data = plugin.preset_data
    assert component_state(fresh.preset_data) == component_state(plugin.preset_data)
    assert np.allclose(fresh.process(ones, RATE, buffer_size=64, reset=False)[1, -64:], 240 / 840)


def no_compiler_is_loaded():
    with open("/proc/self/maps") as maps:
        assert "libmmm" not in maps.read()


run(
    parameters_have_their_real_ranges,
    it_plays_and_its_knobs_move_the_sound,
    its_state_is_kept,
    no_compiler_is_loaded,
)
