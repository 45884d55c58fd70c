"""From trained weights to the files of the project: float16 .safetensors, and a fixture for the engine's test."""

import pathlib

import numpy as np
import safetensors.torch
import torch

import networks


def rounded(weights):
    """Weights as they are published: float16."""
    return {name: value.detach().cpu().to(torch.float16).contiguous() for name, value in weights.items()}


def write_weights(path, weights, recipe):
    safetensors.torch.save_file(
        rounded(weights),
        path,
        metadata={
            "format": "pt", "licence": "as graphrun's", "training": f"Tools/train, {recipe['shape']}, "
            f"{recipe['channels']} channels, {recipe['steps']} steps, seed {recipe['seed']}",
        },
    )  # fmt: skip


def write_fixture(folder, name, weights, recipe):
    """Input, noise level and PyTorch's output in float32 with the published weights, as .npy."""
    network = networks.build(recipe["shape"], recipe["channels"], 0)
    network.load_state_dict({key: value.float() for key, value in rounded(weights).items()})
    random = np.random.default_rng(5)
    side = np.linspace(0, 3, 48)
    clean = 0.5 + 0.3 * np.sin(side[:, None] * np.arange(1, recipe["channels"] + 1)[:, None, None] + 2 * side[None, :40])
    noisy = (clean + 0.1 * random.standard_normal(clean.shape)).astype(np.float32)[None]
    with torch.no_grad():
        output = network(torch.from_numpy(noisy), torch.tensor([0.1])).numpy()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{name}-noisy.npy", noisy)
    np.save(folder / f"{name}-denoised.npy", output)
