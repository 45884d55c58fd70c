"""Makes the files of Tests/ImagingTests/Fixtures: small networks of deepinv 0.5.0, an image and what they make of it.

Weights and images are random, from fixed seeds. Each NAME.safetensors is a state dict as deepinv has it, with
NAME_in.npy and NAME_out.npy (N × C × H × W, float32).

    pip install torch==2.13.0 deepinv==0.5.0 safetensors
    python3 Tests/PyTorch/make_fixtures.py
"""

from pathlib import Path

import numpy
import torch
from deepinv_models import DnCNN, DRUNet
from safetensors.torch import save

FOLDER = Path(__file__).resolve().parents[1] / "ImagingTests" / "Fixtures"


def make(name, seed, build, shape):
    torch.manual_seed(seed)
    network = build().eval()
    for tensor_name, tensor in network.state_dict().items():
        # deepinv starts biases near 0, where a lost one would hardly show.
        if tensor_name.endswith(".bias"):
            tensor.uniform_(-0.2, 0.2)
    image = torch.rand(shape)
    with torch.no_grad():
        output = network(image, 0.1)
    (FOLDER / f"{name}.safetensors").write_bytes(save(network.state_dict()))
    numpy.save(FOLDER / f"{name}_in.npy", image.numpy())
    numpy.save(FOLDER / f"{name}_out.npy", output.numpy())


torch.set_num_threads(1)
make("dncnn_color", 1, lambda: DnCNN(3, 3, depth=5, nf=6, bias=True, pretrained=None), (1, 3, 24, 20))
make("dncnn_gray", 2, lambda: DnCNN(1, 1, depth=5, nf=5, bias=False, pretrained=None), (2, 1, 19, 21))
# With one block a scale, the body is no list and its names have no index.
make("drunet_one_block", 3, lambda: DRUNet(1, 1, nc=(2, 3, 4, 5), nb=1, pretrained=None), (1, 1, 32, 40))
