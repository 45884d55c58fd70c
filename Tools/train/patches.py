"""From pictures to training: a store of pictures on disk, and the patches and noise of every step.

What a step sees depends on the seed and the number of the step alone, so that a training that was stopped goes on as
if it had not been.
"""

import concurrent.futures
import hashlib
import os
import pathlib

import numpy as np
import torch

import pictures.patterns
import pictures.scene

SIDE = 384
# Separate streams of random numbers: pictures to train on, to validate on, and the steps.
_TRAINING, _VALIDATION, _STEPS = 1, 2, 3
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def _random(seed, stream, index):
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, stream, index])))


def picture(seed, index, stream=_TRAINING, side=SIDE):
    """Picture `index` of a seed: `side × side × 3`, 8 bits, as cameras keep it."""
    drawn = pictures.scene.draw(_random(seed, stream, index), side)
    return np.round(drawn * 255).astype(np.uint8)


def _version():
    """Changes with what draws."""
    sources = sorted(pathlib.Path(pictures.scene.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def _draw(job):
    import cv2

    cv2.setNumThreads(1)
    return picture(*job)


def store(folder, seed, count, workers):
    """`count` pictures in one file of `folder`, drawn once: `count × SIDE × SIDE × 3` bytes, mapped."""
    path = pathlib.Path(folder) / f"pictures-{seed}-{count}-{_version()}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        array = np.lib.format.open_memmap(part, "w+", np.uint8, (count, SIDE, SIDE, 3))
        with concurrent.futures.ProcessPoolExecutor(workers) as pool:
            for index, drawn in enumerate(pool.map(_draw, [(seed, index) for index in range(count)], chunksize=4)):
                array[index] = drawn
                if (index + 1) % 100 == 0:
                    print(f"train: {index + 1} of {count} pictures", flush=True)
        array.flush()
        os.replace(part, path)
    return np.load(path, mmap_mode="r")


def gray(images):
    """Luma of `… × 3` (ITU-R BT.601), rounded as it is kept in files."""
    return np.round(images.astype(np.float32) @ _LUMA)[..., None]


def _patch(images, random, side, channels):
    """A part of a picture, turned and mirrored: `C × side × side`, 0 to 255."""
    source = images[random.integers(len(images))]
    row, column = random.integers(0, SIDE - side + 1, 2)
    patch = source[row : row + side, column : column + side]
    patch = gray(patch) if channels == 1 else patch[..., random.permutation(3)] if random.random() < 0.3 else patch
    patch = np.rot90(patch, random.integers(4))
    patch = patch[:, ::-1] if random.random() < 0.5 else patch
    return np.moveaxis(patch, -1, 0)


def _pattern(random, side, channels):
    drawn = pictures.patterns.draw(random, side) * 255
    return np.moveaxis(gray(drawn) if channels == 1 else drawn, -1, 0)


def truth(images, random, side, channels, patterns):
    """A clean image in [0, 1], in a part `patterns` of all cases a pattern."""
    drawn = random.random() < patterns
    patch = _pattern(random, side, channels) if drawn else _patch(images, random, side, channels)
    return torch.from_numpy(patch.astype(np.float32) / 255)


def batch(images, seed, step, size, side, channels, greatest_sigma, least_sigma=0.0, patterns=0.0):
    """Clean patches, noisy ones, and their noise levels, for a step."""
    random = _random(seed, _STEPS, step)
    patches = np.empty((size, channels, side, side), np.float32)
    for index in range(size):
        # Nothing is drawn from `random` for what a recipe does without, so that its steps stay what they were.
        drawn = patterns > 0 and random.random() < patterns
        patches[index] = _pattern(random, side, channels) if drawn else _patch(images, random, side, channels)
    patches *= 1 / 255
    sigma = random.uniform(0, greatest_sigma, size).astype(np.float32)
    if least_sigma > 0:
        logarithmic = np.exp(random.uniform(np.log(least_sigma), np.log(greatest_sigma), size))
        sigma = np.where(random.random(size) < 0.5, logarithmic, sigma).astype(np.float32)
    noisy = patches + sigma[:, None, None, None] * random.standard_normal(patches.shape, np.float32)
    return torch.from_numpy(patches), torch.from_numpy(noisy), torch.from_numpy(sigma)


def validation(seed, channels, count=12, side=192):
    """Pictures that no step sees."""
    images = np.stack([picture(seed, index, _VALIDATION, side) for index in range(count)])
    images = gray(images) if channels == 1 else images.astype(np.float32)
    clean = torch.from_numpy(np.moveaxis(images, -1, 1).copy()) / 255
    noise = _random(seed, _VALIDATION, 1_000_000).standard_normal(clean.shape, np.float32)
    return clean, torch.from_numpy(noise)
