"""A scene: things behind things, lit, out of focus, photographed."""

import cv2
import numpy as np

from .colours import Palette, develop
from .leaves import Outlines, radii
from .textures import SIDE, fractal, texture

_MOST_LEAVES = 5000
_DECIBEL = np.log(10) / 20


class _Surfaces:
    """What the things of one scene are made of: colours and a handful of textures."""

    def __init__(self, random):
        self._palette = Palette(random)
        self._textures = [texture(random) for _ in range(random.integers(3, 8))]
        # How strong textures are differs between scenes more than within one.
        self._contrast = random.lognormal(np.log(2.2), 0.6)
        self._plain = random.uniform(0.05, 0.5)

    def flat(self, random):
        return self._palette.colour(random)

    def patch(self, random, height, width):
        """Linear RGB of a surface of that size."""
        colour = self._palette.colour(random)
        rows = np.arange(height, dtype=np.float32)[:, None] / max(height, width)
        columns = np.arange(width, dtype=np.float32)[None, :] / max(height, width)
        # Light that comes from a side, in decibels over the surface.
        decibels = random.normal(0, 2) * (rows - 0.5) + random.normal(0, 2) * (columns - 0.5)
        if random.random() < 0.2:
            decibels = decibels - random.uniform(0, 12) * ((rows - 0.5) ** 2 + (columns - 0.5) ** 2)
        mixed = None
        if random.random() > self._plain:
            field = self._crop(random, height, width)
            decibels = decibels + self._contrast * random.lognormal(0, 0.5) * field
            if random.random() < 0.4:
                mixed = np.clip(0.5 + random.uniform(0.3, 2) * self._crop(random, height, width), 0, 1)[..., None]
        light = np.exp(_DECIBEL * np.clip(decibels, -20, 12))[..., None]
        if mixed is not None:
            colour = colour + mixed * (self._palette.colour(random) - colour)
        return (light * colour).astype(np.float32)

    def _crop(self, random, height, width):
        field = self._textures[random.integers(len(self._textures))]
        if random.random() < 0.5:
            field = field.T
        row, column = random.integers(0, SIDE - height + 1), random.integers(0, SIDE - width + 1)
        return field[row : row + height, column : column + width]


def _paint(light, mask, origin, surface, opacity=1.0):
    row, column = origin
    height, width = mask.shape
    under = light[row : row + height, column : column + width]
    under += (mask.astype(np.float32) * (opacity / 255))[..., None] * (surface - under)


def _leaf(random, light, surfaces, outlines, radius, shadow):
    side = light.shape[0]
    points = outlines.outline(random, radius) + random.uniform(-0.1 * side, 1.1 * side, 2)
    low = np.clip(np.floor(points.min(0)).astype(int) - 1, 0, side)
    high = np.clip(np.ceil(points.max(0)).astype(int) + 2, 0, side)
    if (high <= low).any():
        return 0
    width, height = (high - low).tolist()
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.round((points - low) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    origin = (int(low[1]), int(low[0]))
    if shadow > 0 and radius > 8:
        _paint(light, cv2.GaussianBlur(cv2.dilate(mask, np.ones((5, 5))), (0, 0), 2 + radius / 15), origin, 0, shadow)
    surface = surfaces.flat(random) if radius < 3 else surfaces.patch(random, height, width)
    _paint(light, mask, origin, surface)
    return cv2.countNonZero(mask)


def draw(random, side):
    """One picture, `side × side × 3` float32 in [0, 1]."""
    surfaces, outlines = _Surfaces(random), Outlines(random)
    light = surfaces.patch(random, side, side).copy()
    # From pebbles to single things, and some that are one texture all over.
    least = float(np.exp(random.uniform(np.log(1), np.log(24))))
    greatest = side * random.uniform(0.2, 0.8)
    power = random.uniform(2.2, 3.3)
    cover = 0.0 if random.random() < 0.08 else random.uniform(0.8, 4)
    shadow = random.uniform(0.1, 0.6) if random.random() < 0.4 else 0.0
    sizes = radii(random, _MOST_LEAVES, least, greatest, power)
    # What lies far behind is out of focus.
    depths = [random.uniform(0.2, 0.9) * cover for _ in range(2)] if random.random() < 0.35 else []
    covered = 0.0
    for radius in sizes.tolist():
        if covered >= cover:
            break
        covered += _leaf(random, light, surfaces, outlines, radius, shadow) / side**2
        if depths and covered > min(depths):
            depths.remove(min(depths))
            light = cv2.GaussianBlur(light, (0, 0), float(np.exp(random.uniform(np.log(0.5), np.log(5)))))
    if random.random() < 0.6:
        glow = fractal(random, slope=2.0, stretch=1.0)[:side, :side, None]
        light = light * np.exp(_DECIBEL * random.uniform(0.5, 4) * glow)
    # A lens blurs a little, and some cameras sharpen.
    lens = random.uniform(0.25, 0.65)
    light = cv2.GaussianBlur(light, (0, 0), lens)
    picture = develop(light, random)
    if random.random() < 0.35:
        picture = picture + random.uniform(0.2, 0.8) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.0))
    return np.clip(picture, 0, 1)
