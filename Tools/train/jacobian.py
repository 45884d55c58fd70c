"""How strongly a denoiser answers to small changes: spectral norms of its Jacobian J at given images.

For R = I − D, what the denoiser removes: where ‖I − J‖ is at most 1 and J is close to symmetric, D is nearly firmly
nonexpansive; ‖2J − I‖ at most 1 is the exact condition (Pesquet, Repetti, Terris and Wiaux, SIAM J. Imaging Sci. 2021).
"""

import numpy as np
import torch


def largest(network, image, sigma, scale_of_jacobian, scale_of_identity, iterations=60, seed=0):
    """The largest singular value of `scale_of_jacobian · J + scale_of_identity · I` at `image` (1 × C × H × W), by power
    iteration: what it has come to after `iterations`, which is at most the norm."""
    level = torch.full((1,), float(sigma))

    def removed(x):
        return scale_of_jacobian * network(x, level) + scale_of_identity * x

    _, backwards = torch.func.vjp(removed, image)
    generator = torch.Generator().manual_seed(seed)
    v = torch.randn(image.shape, generator=generator)
    norm = 0.0
    for _ in range(iterations):
        v = v / v.norm()
        _, w = torch.func.jvp(removed, (image,), (v,))
        norm = float(w.norm())
        if norm == 0:
            break
        (v,) = backwards(w)
    return norm


def read(path, channels):
    """An image of a `.npy` file as `1 × C × H × W`, cut to a multiple of 4 pixels a side."""
    values = np.asarray(np.load(path), np.float32)
    if values.ndim != 4 or values.shape[:2] != (1, channels):
        raise SystemExit(f"train: {path}: it holds {values.shape}; 1 × {channels} × height × width is needed here")
    height, width = (side - side % 4 for side in values.shape[2:])
    return torch.from_numpy(values[:, :, :height, :width].copy())
