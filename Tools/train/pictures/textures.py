"""Textures: scalar fields of mean 0 and deviation 1, which modulate the light or mix the colours of a surface."""

import cv2
import numpy as np

SIDE = 512


def _normalised(field):
    field = field.astype(np.float32)
    field -= field.mean()
    return field / max(float(field.std()), 1e-6)


def _frequencies():
    return np.meshgrid(np.fft.fftfreq(SIDE), np.fft.rfftfreq(SIDE), indexing="ij")


def fractal(random, slope=None, stretch=None):
    """Gaussian noise whose amplitude falls as a power of frequency, perhaps stretched along a direction."""
    slope = random.uniform(0.6, 2.0) if slope is None else slope
    stretch = (random.uniform(1, 8) if random.random() < 0.4 else 1.0) if stretch is None else stretch
    angle = random.uniform(0, np.pi)
    rows, columns = _frequencies()
    along = rows * np.cos(angle) + columns * np.sin(angle)
    across = -rows * np.sin(angle) + columns * np.cos(angle)
    frequency = np.sqrt((along * stretch) ** 2 + across**2)
    frequency[0, 0] = 1
    lowest = 1 / random.uniform(16, SIDE)
    amplitude = np.where(frequency < lowest, lowest, frequency) ** -slope
    amplitude[0, 0] = 0
    noise = np.fft.rfft2(random.standard_normal((SIDE, SIDE), np.float32))
    return _normalised(np.fft.irfft2(noise * amplitude, (SIDE, SIDE)))


def folded(random):
    """Contours of a fractal: marble, wood, wrinkles."""
    field = fractal(random, slope=random.uniform(1.2, 2.2))
    if random.random() < 0.5:
        return _normalised(np.abs(field))
    return _normalised(np.sin(random.uniform(2, 12) * field))


def _warped_grid(random, amount):
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    rows += amount * fractal(random, slope=1.8, stretch=1.0)
    columns += amount * fractal(random, slope=1.8, stretch=1.0)
    angle = random.uniform(0, np.pi)
    return rows * np.cos(angle) + columns * np.sin(angle), columns * np.cos(angle) - rows * np.sin(angle)


def _period(random):
    return float(np.exp(random.uniform(np.log(2.5), np.log(40))))


def stripes(random):
    """Waves of one direction, bent, from soft to sharp."""
    along, _ = _warped_grid(random, random.choice([0, 2, 8, 20]))
    wave = np.sin(2 * np.pi * along / _period(random) + random.uniform(0, 6))
    return _normalised(np.tanh(random.uniform(0.2, 6) * (wave + random.uniform(-0.6, 0.6))))


def weave(random):
    """Two crossed waves: cloth, grids, scales."""
    along, across = _warped_grid(random, random.choice([0, 1, 4, 10]))
    period = _period(random)
    first = np.sin(2 * np.pi * along / period)
    second = np.sin(2 * np.pi * across / (period * random.uniform(0.5, 2)))
    sharpness = random.uniform(0.3, 5)
    return _normalised(np.tanh(sharpness * (first * second if random.random() < 0.5 else np.maximum(first, second))))


def bricks(random):
    """Rows of blocks, each of its own tone, with joints between them."""
    along, across = _warped_grid(random, random.choice([0, 0.5, 2]))
    height = max(_period(random), 4)
    width = height * random.uniform(1, 3)
    row = np.floor(along / height).astype(np.int64)
    shifted = across / width + 0.5 * (row % 2)
    column = np.floor(shifted).astype(np.int64)
    tones = random.standard_normal(4096).astype(np.float32)
    field = random.uniform(0, 1) * tones[(row * 73 + column * 151) % 4096]
    joint = random.uniform(0.5, 2)
    inside = np.minimum(
        np.minimum(along / height - row, 1 - along / height + row) * height,
        np.minimum(shifted - column, 1 - shifted + column) * width,
    )
    return _normalised(field + random.choice([-1, 1]) * random.uniform(1, 3) * np.clip(inside / joint, 0, 1))


def cells(random):
    """Distances to scattered points: pebbles, leather, bark, water."""
    count = int(np.exp(random.uniform(np.log(60), np.log(8000))))
    points = np.full((SIDE, SIDE), 255, np.uint8)
    points[random.integers(0, SIDE, count), random.integers(0, SIDE, count)] = 0
    distance = cv2.distanceTransform(points, cv2.DIST_L2, 5)
    distance = distance / distance.mean()
    return _normalised(distance if random.random() < 0.5 else -np.exp(-((distance - 1) ** 2) * 4))


def _canvas():
    return np.zeros((SIDE, SIDE), np.float32)


def grains(random):
    """Many small discs over each other: gravel, foliage from afar."""
    largest = random.uniform(1.5, 8)
    field = _canvas()
    count = int(min(2.5 * SIDE * SIDE / (3 * largest**2), 9000))
    centres = random.integers(0, SIDE * 16, (count, 2))
    radii = (16 * random.uniform(0.4, 1, count) * largest).astype(int)
    tones = random.standard_normal(count)
    for centre, radius, tone in zip(centres.tolist(), radii.tolist(), tones.tolist()):
        cv2.circle(field, centre, radius, tone, -1, cv2.LINE_AA, 4)
    return _normalised(field)


def blades(random):
    """Many lines of about one direction: grass, fur, hair, straw."""
    field = _canvas()
    count = int(random.uniform(1500, 6000))
    direction = random.uniform(0, np.pi)
    spread = random.uniform(0.02, 0.7)
    length = np.exp(random.uniform(np.log(8), np.log(120)))
    starts = random.uniform(0, SIDE, (count, 2))
    angles = direction + random.normal(0, spread, count)
    ends = starts + (length * random.uniform(0.5, 1.5, count))[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    tones = random.standard_normal(count)
    thickness = random.choice([1, 1, 1, 2, 3], count)
    starts, ends = (starts * 16).astype(int), (ends * 16).astype(int)
    for start, end, tone, width in zip(starts.tolist(), ends.tolist(), tones.tolist(), thickness.tolist()):
        cv2.line(field, start, end, tone, width, cv2.LINE_AA, 4)
    return _normalised(field)


_LETTERS = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?-+*/()")
_FONTS = [
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
]  # fmt: skip


def writing(random):
    """Lines of letters."""
    field = _canvas()
    size = random.uniform(0.35, 2.0)
    step = int(32 * size * random.uniform(0.8, 1.4)) + 4
    font = _FONTS[random.integers(len(_FONTS))]
    width = int(random.choice([1, 1, 2, 3])) if size > 0.7 else 1
    for row in range(step, SIDE + step, step):
        text = "".join(random.choice(_LETTERS + [" "] * 12, int(60 / size)))
        cv2.putText(field, text, (int(-random.uniform(0, 20)), row), font, size, 1.0, width, cv2.LINE_AA)
    if random.random() < 0.5:
        turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), random.uniform(-90, 90), random.uniform(0.8, 1.3))
        field = cv2.warpAffine(field, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT)
    return _normalised(field)


# How often each is drawn: what has no order is commoner in nature than what has.
_MAKERS = [(fractal, 8), (folded, 3), (stripes, 2), (weave, 2), (bricks, 1.5), (cells, 2.5), (grains, 3), (blades, 4),
           (writing, 1)]  # fmt: skip
_WEIGHTS = np.array([weight for _, weight in _MAKERS]) / sum(weight for _, weight in _MAKERS)


def texture(random):
    """One texture of `SIDE × SIDE`, of uneven strength, perhaps a mix of two."""
    field = _MAKERS[random.choice(len(_MAKERS), p=_WEIGHTS)][0](random)
    if random.random() < 0.3:
        field = field + random.uniform(0.2, 1) * _MAKERS[random.choice(len(_MAKERS), p=_WEIGHTS)][0](random)
    if random.random() < 0.4:
        field = field * np.clip(1 + fractal(random, slope=1.8, stretch=1.0), 0, 3)
    if random.random() < 0.3:
        field = cv2.GaussianBlur(field, (0, 0), random.uniform(0.5, 2))
    return _normalised(field)
