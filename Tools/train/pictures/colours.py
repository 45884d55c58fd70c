"""Colours as natural scenes have them, and the way from light to the numbers of a picture."""

import numpy as np

# Cone responses of linear RGB, and their inverse (Reinhard et al., IEEE CG&A 2001).
_RGB_OF_CONES = np.linalg.inv(
    np.array([[0.3811, 0.5783, 0.0402], [0.1967, 0.7244, 0.0782], [0.0241, 0.1288, 0.8444]])
)
# In the logarithms of cone responses natural colours are three independent, heavy-tailed numbers: lightness, yellow
# against blue, red against green (Ruderman, Cronin and Chiao, JOSA A 1998).
_CONES_OF_OPPONENT = np.linalg.inv(
    np.diag([3**-0.5, 6**-0.5, 2**-0.5]) @ np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]])
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def linear_rgb(opponent):
    """Linear RGB of opponent coordinates in log10 units; the last axis has the three numbers."""
    cones = 10.0 ** (opponent @ _CONES_OF_OPPONENT.T)
    return np.maximum(cones @ _RGB_OF_CONES.T, 1e-4).astype(np.float32)


class Palette:
    """The colours of one scene: a few centres that its things vary around."""

    def __init__(self, random):
        count = random.integers(3, 13)
        # Ruderman et al. give standard deviations of 0.353, 0.073 and 0.007 for woods and stones. What people make, wear and
        # photograph is more colourful.
        lightness = random.uniform(0.25, 0.6)
        saturation = random.lognormal(0.0, 0.5)
        cast = random.normal(0, [0, 0.03, 0.006])
        self._spread = np.array([0.3 * lightness, 0.02 * saturation, 0.005 * saturation])
        self._centres = cast + np.stack(
            [
                random.normal(0, lightness, count),
                random.laplace(0, 0.055 * saturation, count),
                random.laplace(0, 0.011 * saturation, count),
            ],
            axis=1,
        )

    def colour(self, random):
        """Linear RGB of one thing."""
        centre = self._centres[random.integers(len(self._centres))]
        return linear_rgb(centre + random.normal(0, 1, 3) * self._spread)


def develop(light, random):
    """A picture of linear light as a camera makes it: exposure, sRGB's curve, values in [0, 1]."""
    luminance = light @ _LUMINANCE
    exposure = random.uniform(0.07, 0.3) / max(float(np.median(luminance)), 1e-4)
    light = np.clip(light * exposure, 0, None) ** random.uniform(0.8, 1.15)
    # Highlights roll off where cameras compress them, or clip.
    if random.random() < 0.5:
        light = np.where(light > 0.7, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.3), light)
    light = np.clip(light, 0, 1)
    picture = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)
    # People and cameras choose scenes, and set levels, so that most of the range is used.
    deviation, mean = max(float(picture.std()), 1e-3), float(picture.mean())
    gain = np.clip(random.uniform(0.1, 0.3) / deviation, 0.8, 2.5)
    return np.clip(mean + gain * (picture - mean), 0, 1)
