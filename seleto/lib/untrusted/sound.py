"""Listen to a sound file: how long it is, whether somebody speaks in it, and, when it is long, its pieces.

Everything is told by the decoded samples; what the file's head claims is not believed. A transcription model makes up
sentences out of silence, noise and hum, so these are told apart from speech here, before anybody asks it. Speech is
what has a level, changes it from syllable to syllable, has voiced sounds of a human pitch with overtones, and changes
its spectrum between them. The limits were set with synthetic speech, clean and in noise; in doubt it counts as speech.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]  # has none

Samples = npt.NDArray[np.float32]

RATE = 16_000
_MAX_CHANNELS = 8
_MAX_RATE = 192_000
_BLOCK_S = 2.0
_FRAME, _HOP = 512, 256  # 32 and 16 ms
_WINDOW = 768  # 48 ms: two periods of the lowest voice and more
# Below this level (dB, full scale) the loudest moments are no voice that anybody could follow.
SILENT_DB = -58.0
# Level between the quietest and the loudest moments (dB): steady noise, hum and tones stay below.
LEAST_RANGE_DB = 7.0
# A frame is voiced when it repeats itself this well within a pitch of 70 to 400 Hz.
_VOICED = 0.55
_LAGS = (RATE // 400, RATE // 70)
# Voiced time that a word takes, in seconds, and how much the spectrum changes between voiced frames.
LEAST_VOICED_S = 0.1
LEAST_CHANGE = 0.03
# Share of the loud moments that are voiced: gusts of wind have a few by chance.
_LEAST_SHARE = 0.05
# More of a frame's energy than this in one narrow line is a tone, not a voice.
_TONE = 0.9
# Where a long file may be cut: at the quietest moment of so many seconds before the limit of a piece.
_CUT_WITHIN_S = 10.0


@dataclass(frozen=True)
class Heard:
    """``kind``: speech, silence, noise or tone."""

    kind: str
    level_db: float = -120.0
    range_db: float = 0.0
    voiced_s: float = 0.0
    change: float = 0.0


def main(path: str, most_s: str, piece_s: str, folder: str) -> dict[str, Any]:
    """What was found in the file at ``path``.

    ``duration_s``, None where nothing tells; ``too_long`` for what goes on beyond ``most_s``, which is not looked at
    any further; ``kind``, "unknown" for what cannot be decoded here; ``pieces``: the names of files in ``folder``, for
    what is longer than ``piece_s`` seconds.
    """
    limit = float(most_s)
    try:
        sound = decode(path, limit)
    except soundfile.LibsndfileError:
        return _undecoded(path)
    duration_s = len(sound) / RATE
    if duration_s > limit:
        return {"duration_s": duration_s, "too_long": True, "kind": "", "pieces": []}
    if not len(sound):
        return {"erro": "vazia"}
    heard = listen(sound)
    pieces = _cut(sound, float(piece_s), Path(folder)) if heard.kind == "speech" else []
    return {"duration_s": duration_s, "too_long": False, "kind": heard.kind, "pieces": pieces}


def _undecoded(path: str) -> dict[str, Any]:
    """Sounds in the containers of films are no business of the decoder; their head tells how long they are."""
    with Path(path).open("rb") as file:
        head = file.read(1024 * 1024)
    if head[4:8] != b"ftyp" and not head.startswith(b"\x1aE\xdf\xa3"):
        return {"erro": "ilegivel"}
    seconds, at = None, head.find(b"mvhd")
    if at >= 0 and head[at + 4 : at + 5] == b"\0" and len(head) >= at + 24:
        scale, length = struct.unpack(">II", head[at + 16 : at + 24])
        seconds = length / scale if scale else None
    return {"duration_s": seconds, "too_long": False, "kind": "unknown", "pieces": []}


def decode(path: str, most_s: float) -> Samples:
    """One channel at ``RATE``; ends soon after ``most_s`` seconds. Raises ``soundfile.LibsndfileError``."""
    with soundfile.SoundFile(path) as file:
        if not 1 <= file.channels <= _MAX_CHANNELS or not 4_000 <= file.samplerate <= _MAX_RATE:
            raise soundfile.LibsndfileError(1)
        parts, kept = [], 0
        for block in _blocks(file):
            part = _resampled(block, file.samplerate)
            parts.append(part)
            kept += len(part)
            if kept > (most_s + 1) * RATE:
                break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def listen(sound: Samples) -> Heard:
    """What ``sound``, at ``RATE``, is."""
    power, levels = _spectra(sound)
    level_db, floor_db = float(np.percentile(levels, 97)), float(np.percentile(levels, 10))
    range_db = level_db - max(floor_db, -90.0)
    if level_db < SILENT_DB:
        return Heard("silence", level_db, range_db)
    if range_db < LEAST_RANGE_DB:
        return Heard("noise", level_db, range_db)
    loud = levels > max(level_db - 25.0, SILENT_DB)
    voiced = loud.copy()
    voiced[loud] = _repeats(sound, np.flatnonzero(loud))
    tonal = _tonal(power) & loud
    if tonal.sum() > 0.5 * loud.sum():
        return Heard("tone", level_db, range_db)
    voiced &= ~tonal
    voiced_s = float(voiced.sum()) * _HOP / RATE
    if voiced_s < LEAST_VOICED_S or voiced.sum() < _LEAST_SHARE * loud.sum():
        return Heard("noise", level_db, range_db, voiced_s)
    change = _change(power[voiced])
    return Heard("speech" if change >= LEAST_CHANGE else "tone", level_db, range_db, voiced_s, change)


def _blocks(file: soundfile.SoundFile) -> Iterator[npt.NDArray[np.float32]]:
    size = int(file.samplerate * _BLOCK_S)
    while len(block := file.read(size, dtype="float32", always_2d=True)):
        yield np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)


def _resampled(block: npt.NDArray[np.float32], rate: int) -> Samples:
    """One channel at ``RATE``, good enough to listen to: averaged over the step, then read in between."""
    mono: npt.NDArray[Any] = np.clip(block.mean(axis=1), -1.0, 1.0)
    if rate == RATE:
        return mono.astype(np.float32)
    step = rate / RATE
    if step > 1:
        width = max(round(step), 1)
        mono = np.convolve(mono, np.ones(width) / width, mode="same")
    at = np.arange(int(len(mono) / step)) * step
    resampled: Samples = np.interp(at, np.arange(len(mono)), mono).astype(np.float32)
    return resampled


def _spectra(sound: Samples) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The power of each frame by frequency, and its level in dB between 150 and 4,000 Hz."""
    padded = np.pad(sound, (0, max(_WINDOW - len(sound), 0) + _FRAME))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    window = np.hanning(_FRAME).astype(np.float32)
    powers = [
        np.abs(np.fft.rfft(part * window, axis=1)) ** 2 for part in np.array_split(frames, len(frames) // 512 + 1)
    ]
    power = np.concatenate(powers).astype(np.float32)
    band = power[:, 5:129].sum(axis=1) * 2 / (_FRAME * float((window**2).sum()))
    return power, 10 * np.log10(band + 1e-12)


def _repeats(sound: Samples, frames: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of ``frames`` are voiced: the normalised autocorrelation within the pitch of a voice."""
    padded = np.pad(sound, (0, _WINDOW + _FRAME))
    view = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)
    voiced = np.zeros(len(frames), bool)
    for start in range(0, len(frames), 512):
        part = view[frames[start : start + 512] * _HOP].astype(np.float32)
        part = part - part.mean(axis=1, keepdims=True)
        spectrum = np.fft.rfft(part, 2048, axis=1)
        spectrum[:, :9] = 0  # below 70 Hz: mains, wind and handling
        same = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)
        lags = np.arange(*_LAGS)
        overlap = _WINDOW / (_WINDOW - lags)
        best = (same[:, lags] * overlap).max(axis=1) / (same[:, 0] + 1e-9)
        voiced[start : start + 512] = best > _VOICED
    return voiced


def _tonal(power: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Frames with nearly all their energy in one line."""
    heard = power[:, 3:]
    top = heard.argmax(axis=1)
    rows = np.arange(len(heard))
    line = sum(heard[rows, np.clip(top + shift, 0, heard.shape[1] - 1)] for shift in (-2, -1, 0, 1, 2))
    return np.asarray(line > _TONE * (heard.sum(axis=1) + 1e-12))


def _change(power: npt.NDArray[Any]) -> float:
    """How far the spectra are from their own average, whatever their level: 0 for one that only gets louder."""
    edges = np.unique(np.geomspace(5, 129, 20).astype(int))
    bands = np.stack([power[:, low:high].sum(axis=1) for low, high in pairwise(edges)], axis=1)
    shares = np.sqrt(bands / (bands.sum(axis=1, keepdims=True) + 1e-12))
    mean = shares.mean(axis=0)
    return float(1 - (shares @ (mean / (np.linalg.norm(mean) + 1e-12))).mean())


def _cut(sound: Samples, piece_s: float, folder: Path) -> list[str]:
    """Write pieces of at most ``piece_s``, cut where it is quiet; none for what is short enough to go as it is."""
    names: list[str] = []
    if len(sound) <= piece_s * RATE:
        return names
    start, most, within = 0, int(piece_s * RATE), int(min(_CUT_WITHIN_S, piece_s / 2) * RATE)
    while start < len(sound):
        end = len(sound)
        if end - start > most:
            before = start + most - within
            end = before + _quietest(sound[before : start + most])
        names.append(f"{len(names)}.flac")
        soundfile.write(folder / names[-1], sound[start:end], RATE, format="FLAC", subtype="PCM_16")
        start = end
    return names


def _quietest(sound: Samples) -> int:
    """The middle of the quietest fifth of a second."""
    width = RATE // 5
    energy = np.convolve(sound.astype(np.float64) ** 2, np.ones(width), mode="valid")
    return int(energy.argmin()) + width // 2
