#!/usr/bin/env python3
"""Makes the sound files of audiofile/testdata with libsndfile (PyPI: soundfile,
numpy): a tone of 441 Hz on the left, 882 Hz on the right, amplitude 0.5, 4410
frames at 44.1 kHz, or the left alone. WAV and AIFF files are made byte by byte
in the tests.

  make.py FOLDER
"""
import sys

import numpy
import soundfile

folder = sys.argv[1]
frame = numpy.arange(4410)
left = 0.5 * numpy.sin(2 * numpy.pi * 441 * frame / 44100)
right = 0.5 * numpy.sin(2 * numpy.pi * 882 * frame / 44100)
stereo = numpy.stack([left, right], axis=1)
for name, sound, kind, subtype in [
    ("stereo16.flac", stereo, "FLAC", "PCM_16"),
    ("mono24.flac", left, "FLAC", "PCM_24"),
    ("stereo.ogg", stereo, "OGG", "VORBIS"),
    ("mono.ogg", left, "OGG", "VORBIS"),
    ("stereo.mp3", stereo, "MP3", "MPEG_LAYER_III"),
    ("mono.mp3", left, "MP3", "MPEG_LAYER_III"),
    ("stereo24.wav", stereo, "WAV", "PCM_24"),
    ("stereo24.aiff", stereo, "AIFF", "PCM_24"),
    ("mono16.aiff", left, "AIFF", "PCM_16"),
]:
    soundfile.write(f"{folder}/{name}", sound, 44100, format=kind, subtype=subtype)
