"""Clips in which nobody speaks, heard by a model that always makes up something plausible: none of it is believed.

``make chaos FULL=1`` takes all 200, the ordinary run the first 42.
"""

import os
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from seleto.lib.untrusted.sound import RATE, listen

CLIPS = 200 if os.environ.get("CHAOS_FULL") == "1" else 42
Wave = npt.NDArray[np.float64]


def colour(random: np.random.Generator, length: int, exponent: float) -> Wave:
    spectrum = np.fft.rfft(random.standard_normal(length))
    pitch = np.fft.rfftfreq(length, 1 / RATE)
    pitch[0] = pitch[1]
    made = np.fft.irfft(spectrum * pitch**exponent, length)
    return made / np.abs(made).max()


def overtones(t: Wave, base: float, count: int) -> Wave:
    return sum((np.sin(2 * np.pi * base * n * t + n) / n for n in range(1, count + 1)), np.zeros_like(t)) / 2


def clicks(random: np.random.Generator, length: int) -> Wave:
    struck = (random.random(length) < 4 / RATE) * random.standard_normal(length)
    return np.convolve(struck, np.exp(-np.arange(300) / 40) * random.standard_normal(300), "same")


MAKERS: dict[str, Callable[[np.random.Generator, Wave], Wave]] = {
    "nothing": lambda random, t: np.zeros_like(t),
    "floor of the microphone": lambda random, t: random.standard_normal(len(t)) * 1e-4,
    "white noise": lambda random, t: colour(random, len(t), 0),
    "pink noise": lambda random, t: colour(random, len(t), -0.5),
    "brown noise": lambda random, t: colour(random, len(t), -1),
    "hum of 50 Hz": lambda random, t: overtones(t, 50, 6),
    "hum of 60 Hz in noise": lambda random, t: overtones(t, 60, 12) + colour(random, len(t), 0) / 10,
    "fan": lambda random, t: colour(random, len(t), -0.5) + 0.3 * overtones(t, random.uniform(90, 180), 8),
    "noise in waves": lambda random, t: colour(random, len(t), 0) * (1 + 0.9 * np.sin(2 * np.pi * 3 * t)),
    "clicks": lambda random, t: clicks(random, len(t)),
    "tone": lambda random, t: np.sin(2 * np.pi * random.uniform(100, 3000) * t),
    "beeps": lambda random, t: np.sin(2 * np.pi * 880 * t) * (np.sin(4 * np.pi * t) > 0),
    "motor": lambda random, t: overtones(t, random.uniform(80, 120), 15) * (1 + 0.5 * np.sin(2 * np.pi * 8 * t)),
    "siren": lambda random, t: np.sin(2 * np.pi * (200 * t + 75 * t * t)),
}


def clips() -> Iterator[tuple[str, Wave]]:
    random = np.random.default_rng(20261122)
    for number in range(CLIPS):
        name = list(MAKERS)[number % len(MAKERS)]
        t = np.arange(int(RATE * random.uniform(0.5, 10))) / RATE
        yield name, MAKERS[name](random, t) * 10 ** random.uniform(-2, -0.4)


@pytest.mark.chaos
def test_nobody_is_heard_where_nobody_speaks() -> None:
    heard = [name for name, wave in clips() if listen(np.clip(wave, -1, 1).astype(np.float32)).kind == "speech"]

    assert heard == []


@pytest.mark.parametrize("level", [1.0, 0.1, 0.02])
def test_a_voice_is_heard_at_any_level(level: float) -> None:
    t = np.arange(2 * RATE) / RATE
    pitch = 2 * np.pi * np.cumsum(120 * (1 + 0.15 * np.sin(2 * np.pi * t))) / RATE
    vowels = [(700, 1200), (300, 2200), (450, 900), (500, 1800)]
    wave = np.zeros_like(t)
    for number in range(8):
        part = slice(number * RATE // 4, number * RATE // 4 + RATE // 5)
        for n in range(1, 28):
            loud = sum(np.exp(-(((120 * n - formant) / 130) ** 2)) for formant in vowels[number % 4]) + 0.01
            wave[part] += loud * np.sin(n * pitch[part])

    assert listen((wave / np.abs(wave).max() * level * 0.5).astype(np.float32)).kind == "speech"
