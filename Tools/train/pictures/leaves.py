"""Shapes of things: the outlines that occlude one another."""

import numpy as np


def radii(random, count, least, greatest, power):
    """Radii whose density falls as `radius ** -power` between the two."""
    exponent = 1 - power
    low, high = least**exponent, greatest**exponent
    return (low + random.random(count) * (high - low)) ** (1 / exponent)


def _disc(random, radius):
    count = int(np.clip(6 + 2 * np.sqrt(radius) * 2, 8, 64))
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def _ellipse(random, radius):
    return _disc(random, radius) * [1.0, random.uniform(0.25, 1)]


def _blob(random, radius):
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    distance = np.ones(64)
    for order in range(2, 9):
        distance += random.normal(0, 0.45 / order) * np.cos(order * angle + random.uniform(0, 2 * np.pi))
    distance = np.clip(distance, 0.15, 2)
    return radius * distance[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def _polygon(random, radius):
    count = random.integers(3, 9)
    angle = np.sort(random.uniform(0, 2 * np.pi, count))
    return radius * random.uniform(0.6, 1.3, count)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def _rectangle(random, radius):
    return radius * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]]) * [1.0, random.uniform(0.1, 1)]


def _blade(random, radius):
    """Long, thin and bent: stems, cables, branches."""
    along = np.linspace(-1, 1, 16)
    bend = random.normal(0, 0.4) * along**2 + random.normal(0, 0.2) * along**3
    half = random.uniform(0.01, 0.1) * (1 - random.uniform(0, 0.9) * (along + 1) / 2)
    half = np.maximum(half, 0.6 / max(1.5 * radius, 1))
    upper = np.stack([along, bend + half], 1)
    lower = np.stack([along, bend - half], 1)[::-1]
    return 1.5 * radius * np.concatenate([upper, lower])


_SHAPES = [_disc, _ellipse, _blob, _polygon, _rectangle, _blade]


class Outlines:
    """The shapes that one scene is made of: some scenes are all discs, others all sorts."""

    def __init__(self, random):
        self._weights = random.dirichlet([0.5, 0.8, 1.2, 0.7, 0.7, 0.5])
        self._upright = random.random() < 0.3

    def outline(self, random, radius):
        """The corners, as columns and rows around a centre at 0."""
        if radius < 2.5:
            points = _ellipse(random, radius)
        else:
            points = _SHAPES[random.choice(len(_SHAPES), p=self._weights)](random, radius)
        angle = random.choice([0, np.pi / 2]) if self._upright else random.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return points @ turn.T
