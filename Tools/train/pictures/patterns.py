"""Patterns: pictures far from photographs, on which a denoiser must be as well-behaved as on them.

Stripes, checks, rings, words, slopes, constants, noise, single bright points, discs and steps, in two tones or in colours.
Repetition, hard edges and flat areas are what drives a network out of what scenes teach it.
"""

import cv2
import numpy as np

from .textures import writing


def _waves(random, phase, period):
    wave = np.sin(2 * np.pi * phase / period + random.uniform(0, 2 * np.pi))
    # From a soft wave to one of hard edges.
    sharpness = random.choice([0.0, 2.0, 1e3])
    return wave if sharpness == 0 else np.tanh(sharpness * wave)


def _period(random):
    return float(np.exp(random.uniform(np.log(2), np.log(48))))


def _grid(random, side):
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    angle = random.choice([0, np.pi / 2, random.uniform(0, np.pi)])
    return rows * np.cos(angle) + columns * np.sin(angle), columns * np.cos(angle) - rows * np.sin(angle)


def _stripes(random, side):
    return _waves(random, _grid(random, side)[0], _period(random))


def _checks(random, side):
    along, across = _grid(random, side)
    period = _period(random)
    return _waves(random, along, period) * _waves(random, across, period)


def _rings(random, side):
    rows, columns = np.mgrid[0:side, 0:side] - random.uniform(0, side, (2, 1, 1))
    radius = np.hypot(rows, columns * random.uniform(0.5, 1.5))
    # Rings of one width, or ever finer ones as of a zone plate.
    phase = radius if random.random() < 0.6 else radius**2 / (2 * side)
    return _waves(random, phase, _period(random))


def _words(random, side):
    field = writing(random)
    row, column = random.integers(0, field.shape[0] - side + 1, 2)
    return np.sign(random.uniform(-1, 1)) * np.clip(field[row : row + side, column : column + side], -1, 1)


def _slope(random, side):
    along, _ = _grid(random, side)
    along = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
    steps = random.choice([0, random.integers(3, 20)])
    return 2 * (np.floor(along * steps) / steps if steps else along) - 1


def _constant(random, side):
    return np.full((side, side), random.choice([-1, 0, 1]))


def _noise(random, side):
    field = random.standard_normal((side, side)) * random.uniform(0.1, 1)
    return field if random.random() < 0.5 else np.sign(field)


def _points(random, side):
    field = np.full((side, side), -1.0)
    count = int(np.exp(random.uniform(0, np.log(side))))
    field[random.integers(0, side, count), random.integers(0, side, count)] = 1
    return field if random.random() < 0.7 else -field


def _discs(random, side):
    field = np.full((side, side), -1.0, np.float32)
    for _ in range(random.integers(1, 12)):
        centre = random.integers(0, side * 16, 2).tolist()
        radius = int(16 * np.exp(random.uniform(np.log(1.5), np.log(side / 2))))
        cv2.circle(field, centre, radius, float(random.uniform(-1, 1)), -1, cv2.LINE_AA, 4)
    return field


_MAKERS = [_stripes, _checks, _rings, _words, _slope, _constant, _noise, _points, _discs]


def draw(random, side):
    """One pattern, `side × side × 3` float32 in [0, 1]."""
    maker = _MAKERS[random.integers(len(_MAKERS))]
    field = np.clip(0.5 + 0.5 * maker(random, side), 0, 1).astype(np.float32)[..., None]
    if random.random() < 0.3:
        dark, bright = np.zeros(3), np.ones(3)  # Black and white, the whole range.
    elif random.random() < 0.5:
        dark, bright = np.repeat(random.uniform(0, 1, (2, 1)), 3, 1)
    else:
        dark, bright = random.uniform(0, 1, (2, 3))
    return (dark + field * (bright - dark)).astype(np.float32)
