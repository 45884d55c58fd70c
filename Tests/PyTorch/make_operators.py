"""Makes Tests/ImagingTests/Fixtures/deepinv.safetensors: what deepinv 0.5.0 makes of a small random image.

Kernels, blurs with every border, a stack of three, data fidelity, total variation, metrics, and Plug-and-Play iterations
with a network that make_fixtures.py makes. Axes are N × C × H × W, float32; the names are those of tests.

    pip install torch==2.13.0 deepinv==0.5.0 safetensors
    python3 Tests/PyTorch/make_operators.py
"""

from pathlib import Path

import deepinv
import torch
from deepinv.physics.functional.blur import gaussian_blur
from deepinv_models import DnCNN
from safetensors.torch import load_file, save_file

FOLDER = Path(__file__).resolve().parents[1] / "ImagingTests" / "Fixtures"
PADDINGS = ["circular", "valid", "reflect", "replicate", "constant"]


def blurs(arrays, image, v, kernels):
    """A of the image and Aᵀ of a measurement, for every border."""
    for padding in PADDINGS:
        for name, kernel in kernels.items():
            physics = deepinv.physics.Blur(filter=kernel, padding=padding)
            blurred = physics.A(image)
            y = v
            if padding == "valid":
                y = arrays[f"blur_valid_{name}_v"] = torch.rand(blurred.shape)
            arrays[f"blur_{padding}_{name}_A"] = blurred
            arrays[f"blur_{padding}_{name}_AT"] = physics.A_adjoint(y)


def stack(arrays, image, kernels):
    """Three circular blurs as one operator, and the data fidelity ½ Σ ‖A_i x − y_i‖²."""
    physics = [deepinv.physics.BlurFFT(image.shape[1:], filter=kernel) for kernel in kernels]
    x1 = arrays["x1"] = torch.rand(image.shape)
    y = [operator.A(image) + 0.05 * torch.randn(image.shape) for operator in physics]
    fidelity = deepinv.optim.L2()
    for index, (operator, measurement) in enumerate(zip(physics, y)):
        arrays[f"stack_y{index}"] = measurement
        arrays[f"l2_grad_{index}"] = fidelity.grad(x1, measurement, operator)
        arrays[f"l2_value_{index}"] = fidelity(x1, measurement, operator)
    arrays["stack_ATA"] = sum(operator.A_adjoint(operator.A(x1)) for operator in physics)
    arrays["stack_AT"] = sum(operator.A_adjoint(measurement) for operator, measurement in zip(physics, y))
    arrays["l2_prox_1"] = fidelity.prox(x1, y[1], physics[1], gamma=0.5)
    return physics, y


def iterations(arrays, image, physics, y):
    """x ← denoise(x − τ Σ A_iᵀ(A_i x − y_i)) from zeros, τ = 0.5."""
    network = DnCNN(3, 3, depth=5, nf=6, bias=True, pretrained=None).eval()
    network.load_state_dict(load_file(FOLDER / "dncnn_color.safetensors"))
    fidelity = deepinv.optim.L2()
    x = torch.zeros_like(image)
    for iteration in range(1, 11):
        gradient = sum(fidelity.grad(x, measurement, operator) for operator, measurement in zip(physics, y))
        x = network(x - 0.5 * gradient, 0.05)
        if iteration in (1, 10):
            arrays[f"pnp_x{iteration}"] = x


def make():
    torch.manual_seed(5)
    arrays = {}
    image = arrays["image"] = torch.rand(1, 3, 20, 24)
    v = arrays["v"] = torch.rand(image.shape)
    for name, sigma, angle in (("k0", (1.0, 1.0), 0), ("k1", (2.0, 2.0), 0), ("k2", (1.5, 3.0), 30)):
        arrays[name] = gaussian_blur(sigma=sigma, angle=angle)
    for name, shape in (("kasym", (1, 1, 5, 7)), ("keven", (1, 1, 4, 6))):
        kernel = torch.rand(shape)
        arrays[name] = kernel / kernel.sum()
    kernels = {name: arrays[name] for name in ("k0", "kasym", "keven")}
    blurs(arrays, image, v, kernels)
    physics, y = stack(arrays, image, list(kernels.values()))
    noisy = arrays["noisy"] = image + 0.1 * torch.randn(image.shape)
    arrays["tv_10it"] = deepinv.models.TVDenoiser(n_it_max=10, crit=0.0)(noisy, 0.1)
    arrays["PSNR"] = deepinv.metric.PSNR()(noisy, image)
    arrays["SSIM"] = deepinv.metric.SSIM()(noisy, image)
    iterations(arrays, image, physics, y)
    save_file({name: array.float().contiguous() for name, array in arrays.items()}, FOLDER / "deepinv.safetensors")


torch.set_num_threads(1)
with torch.no_grad():
    make()
