"""The built VST3 plugin in dawdreamer, its editor closed: automation to the
sample, notes, a graph of several plugins, presets on disk."""

import dawdreamer
import numpy as np

from shared_patches import *

RATE = 48000
here = folder()


def preset(name, patch, values=None, kind="org.mmm.effect"):
    """A vstpreset file for either plugin of the bundle; its name picks which."""
    import pedalboard

    plugin = pedalboard.load_plugin(PLUGIN, plugin_name="mmm Instrument")
    path = here / (name + ".vstpreset")
    path.write_bytes(with_state(plugin.preset_data, state_of(patch, component_state(plugin.preset_data), values)))
    return str(path)


def loaded(engine, name, patch, values=None):
    plugin = engine.make_plugin_processor(name, PLUGIN)
    assert plugin.load_vst3_preset(preset(name, patch, values)), "the preset was refused"
    return plugin


def render(engine, graph, frames):
    engine.load_graph(graph)
    assert engine.render(frames / RATE)
    return engine.get_audio()[:, :frames]


def parameters_are_listed_with_names_texts_and_unit_ranges():
    engine = dawdreamer.RenderEngine(RATE, 512)
    plugin = loaded(engine, "knobs", 'fn dsp(){ Slider!("filter.cutoff", 200, 100, 1100) }\n')
    listed = plugin.get_parameters_description()
    assert sum(not p["name"].startswith("MIDI") for p in listed) == 128
    cutoff = next(p for p in listed if p["name"] == "cutoff")
    index = cutoff["index"]
    assert (cutoff["min"], cutoff["max"], cutoff["text"]) == ("100", "1100", "200"), cutoff
    assert cutoff["isAutomatable"] and abs(plugin.get_parameter(index) - 0.1) < 1e-7
    plugin.set_parameter(index, 0.5)
    assert plugin.get_parameter_text(index) == "600" and plugin.get_parameter(index) == 0.5


def automation_arrives_at_its_very_sample():
    # a value for each sample, in blocks of one sample, the finest that this host can
    engine = dawdreamer.RenderEngine(RATE, 1)
    plugin = loaded(engine, "fine", KNOB)
    curve = np.random.default_rng(1).random(2000).astype(np.float32)
    plugin.set_automation(0, curve)
    sound = render(engine, [(plugin, [])], 2000)
    assert (sound[0] == curve).all(), int(np.argmax(sound[0] != curve))


def automation_is_the_same_in_blocks():
    engine = dawdreamer.RenderEngine(RATE, 64)
    plugin = loaded(engine, "blocks", KNOB)
    curve = np.linspace(0, 1, 6400).astype(np.float32)
    plugin.set_automation(0, curve)
    sound = render(engine, [(plugin, [])], 6400)
    # the host hands over one value a block
    assert (sound[0] == np.repeat(curve[::64], 64)).all()


def notes_begin_and_end_where_they_should():
    engine = dawdreamer.RenderEngine(RATE, 128)
    plugin = loaded(engine, "notes", NOTE)
    plugin.add_midi_note(72, 64, 0.01, 0.02)
    sound = render(engine, [(plugin, [])], 2400)
    held = np.flatnonzero(sound[0])
    assert (held[0], held[-1]) == (480, 1439), (held[0], held[-1])
    assert np.allclose(sound[0, held], 64 / 127) and np.allclose(sound[1, held], 72 / 127)


def two_instances_in_one_graph():
    engine = dawdreamer.RenderEngine(RATE, 256)
    source = loaded(engine, "source", KNOB, {"amp.gain": 0.25})
    other = loaded(engine, "other", KNOB, {"amp.gain": 0.5})
    both = engine.make_add_processor("sum", [1, 1])
    sound = render(engine, [(source, []), (other, []), (both, ["source", "other"])], 1024)
    assert (sound == 0.75).all(), sound[:, :4]


run(
    parameters_are_listed_with_names_texts_and_unit_ranges,
    automation_arrives_at_its_very_sample,
    automation_is_the_same_in_blocks,
    notes_begin_and_end_where_they_should,
    two_instances_in_one_graph,
)
