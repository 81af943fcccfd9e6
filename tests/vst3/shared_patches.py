"""What every script of this folder needs: the plugin's path, patches, a folder
of its own, and vstpreset files, the form in which VST3 hosts keep a state."""

import json
import os
import pathlib
import struct
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = str(ROOT / "out" / "mmm.vst3")

# the knob's value, as it is
KNOB = """fn dsp(){
  let g = Slider!("amp.gain", 0.5, 0, 1)
  (g, g)
}
"""

# counts frames, 0 to 4095 of 8192: tells whether time and state go on
def count(offset):
    return f"fn count(x){{ self + x }}\nfn dsp(l, r){{ (count(1) % 4096 / 8192 + {offset}, l) }}\n"


# an echo whose tail outlives its input by seconds
ECHO = """fn echo(x){ x + delay(8000, self, 4001) * 0.9 }
fn dsp(l, r){
  let volume = Slider!("volume", %g, 0, 1)
  (echo(l) * volume, r)
}
"""

# what the first note cell holds
NOTE = """fn dsp(){
  let note = midi_note_mono!(0, 60, 0)
  (note.velocity / 127, note.pitch / 127)
}
"""


def folder():
    """A folder that is gone when the script ends."""
    global _folder
    _folder = tempfile.TemporaryDirectory()
    return pathlib.Path(_folder.name)


def save(path, text):
    """Saves as text editors do: a new file takes the old one's place."""
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


def chunks(preset):
    """The chunks of a vstpreset, by name."""
    magic, version, _, at = struct.unpack_from("<4si32sq", preset)
    assert (magic, version) == (b"VST3", 1), (magic, version)
    name, count = struct.unpack_from("<4si", preset, at)
    assert name == b"List"
    found = {}
    for i in range(count):
        name, offset, size = struct.unpack_from("<4sqq", preset, at + 8 + 20 * i)
        found[name] = preset[offset : offset + size]
    return found


def component_state(preset):
    """The plugin's own state in a vstpreset: the bytes of its CLAP state."""
    return chunks(preset)[b"Comp"]


def with_state(preset, state):
    """A vstpreset for the same plugin with another state."""
    head = preset[:40]
    body = b""
    table = b""
    for name in (b"Comp", b"Cont"):
        table += struct.pack("<4sqq", name, 48 + len(body), len(state))
        body += state
    return head + struct.pack("<q", 48 + len(body)) + body + b"List" + struct.pack("<i", 2) + table


def state_of(patch, like, values=None):
    """A state as the plugin writes it, with another patch."""
    state = json.loads(like)
    state.update(patch=patch, name="test.mmm", path="", files={})
    state["params"] = {"clock": 0, "slots": [], "values": values or {}}
    return json.dumps(state).encode()


def until(what, f, seconds=10):
    """Waits for something that happens on other threads."""
    end = time.monotonic() + seconds
    while not f():
        assert time.monotonic() < end, "did not happen: " + what
        time.sleep(0.005)


def run(*tests):
    """Runs tests in order, a line for each; the first failure ends the script."""
    for test in tests:
        begin = time.monotonic()
        note = test()
        name = test.__name__.replace("_", " ")
        print(f"ok   {name} ({time.monotonic() - begin:.2f} s{', ' + note if note else ''})", flush=True)
    sys.stdout.flush()
