#!/usr/bin/env python3
"""Runs deepinv on the job that Tools/bench times, and prints one JSON object of what it took.

    peer.py about       versions, and the memory that deepinv takes before it does anything
    peer.py job …       the Plug-and-Play iterations of deepinv's distributed demo
                        (under torchrun by several processes, of which the first prints)
    peer.py dpir …      deepinv's DPIR
    peer.py gradient …  the gradient of the data fidelity alone, by each class that deepinv has for a blur

Times are seconds by the wall clock, memory is bytes. Everything is set up before the first clock starts.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import time
import types
import warnings

# deepinv's own demo uses what these warn of.
warnings.simplefilter("ignore", DeprecationWarning)


def peak_bytes():
    """Most memory that this program has held. (getrusage would count the program that started this one, too.)"""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def stub_torchvision():
    """deepinv imports torchvision for its data sets and transforms, which nothing here uses; PyPI's build of it does not
    load beside every CPU build of torch."""
    try:
        import torchvision  # noqa: F401
        return
    except (ImportError, RuntimeError, OSError):
        pass

    class Anything(types.ModuleType):
        """A module in which every name is some class."""

        __path__ = []

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (), {})

    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    for name in [
        "torchvision", "torchvision.utils", "torchvision.transforms", "torchvision.transforms.functional",
        "torchvision.datasets", "torchvision.datasets.folder", "torchvision.datasets.utils",
    ]:
        module = Anything(name)
        sys.modules[name] = module
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], own, module)


stub_torchvision()

import deepinv  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from deepinv.distributed import DistributedContext, distribute  # noqa: E402
from deepinv.optim.data_fidelity import L2  # noqa: E402
from deepinv.optim.prior import PnP  # noqa: E402
from deepinv.physics import BlurFFT, stack  # noqa: E402
from deepinv.physics.blur import Blur, gaussian_blur  # noqa: E402
from deepinv.utils import TensorList  # noqa: E402

IMPORT_BYTES = peak_bytes()
BLURS = ["Blur", "Blur(use_fft=True)", "BlurFFT"]


def read_image(path):
    """`1 × C × H × W` in [0, 1]."""
    if path.endswith(".npy"):
        return torch.from_numpy(numpy.load(path))
    from PIL import Image

    pixels = numpy.asarray(Image.open(path).convert("RGB"), dtype=numpy.float32) / 255
    return torch.from_numpy(pixels.transpose(2, 0, 1)[None].copy())


def read_weights(path):
    """The tensors of a .safetensors file. The format is a few lines; its package would be one more to install."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def make_ffdnet(weights):
    """deepinv's FFDNet with weights as their authors stored them: one channel for the noise level, where deepinv's has
    four equal ones, which share its weight."""
    count = sum(name.endswith(".weight") for name in weights)
    first = weights["model.0.weight"]
    channels = (first.shape[1] - 1) // 4
    network = deepinv.models.FFDNet(
        n_conv_layers=count, nf=first.shape[0], img_channels=channels, pretrained=None, orthogonal_init=False)
    state = {}
    for layer in range(count):
        target = f"blocks.{layer}" if layer == count - 1 else f"blocks.{layer}.0"
        weight = weights[f"model.{2 * layer}.weight"]
        if layer == 0:
            weight = torch.cat([weight[:, :-1], (weight[:, -1:] / 4).expand(-1, 4, -1, -1)], dim=1)
        state[f"{target}.weight"] = weight
        state[f"{target}.bias"] = weights[f"model.{2 * layer}.bias"]
    network.load_state_dict(state, strict=True)
    return network.eval()


def make_drunet(weights):
    head = weights["m_head.weight"]
    widths = [head.shape[0]] + [weights[f"m_up{scale}.0.weight"].shape[0] for scale in (1, 2, 3)]
    blocks = sum(name.startswith("m_body.") and name.endswith(".res.0.weight") for name in weights)
    network = deepinv.models.DRUNet(
        in_channels=head.shape[1] - 1, out_channels=head.shape[1] - 1, nc=tuple(widths), nb=blocks, pretrained=None)
    network.load_state_dict(weights, strict=True)
    return network.eval()


def make_denoiser(path):
    weights = read_weights(path)
    return make_drunet(weights) if "m_head.weight" in weights else make_ffdnet(weights)


def make_physics(form, image):
    """The three circular blurs of deepinv's distributed demo, in one of the forms that deepinv has for them."""
    kernels = [gaussian_blur(sigma=1.0), gaussian_blur(sigma=2.0), gaussian_blur(sigma=(1.5, 3.0), angle=30)]
    if form == "BlurFFT":
        return stack(*[BlurFFT(img_size=tuple(image.shape[1:]), filter=kernel) for kernel in kernels])
    return stack(*[
        Blur(filter=kernel, padding="circular", use_fft=form == "Blur(use_fft=True)") for kernel in kernels])


class Untiled:
    """deepinv without deepinv.distributed."""

    def __init__(self, physics, denoiser):
        self.physics = physics
        self.denoiser = denoiser
        self.fidelity = L2()
        # The truth that tiles are held against: the whole image, extended once to a size that the network takes.
        self.stride = 2 if isinstance(denoiser, deepinv.models.FFDNet) else 8

    def gradient(self, x, y):
        return self.fidelity.grad(x, y, self.physics)

    def denoise(self, z, sigma):
        height, width = z.shape[-2:]
        padding = (0, -width % self.stride, 0, -height % self.stride)
        padded = torch.nn.functional.pad(z, padding, mode="replicate") if any(padding) else z
        return self.denoiser(padded, sigma)[..., :height, :width]


class Tiled:
    """deepinv.distributed as in its demo; `batch` tiles at once, all of them where it is None, as in the demo."""

    def __init__(self, context, physics, denoiser, tile, overlap, batch):
        self.physics = distribute(physics, context)
        self.fidelity = distribute(L2(), context)
        self.prior = PnP(
            denoiser=distribute(denoiser, context, patch_size=tile, overlap=overlap, tiling_dims=(-2, -1), max_batch_size=batch))

    def gradient(self, x, y):
        return self.fidelity.grad(x, y, self.physics)

    def denoise(self, z, sigma):
        return self.prior.prox(z, sigma_denoiser=sigma)


def dask_version():
    """For peer_tasks.py, which runs in the same environment; {} where that lacks it."""
    try:
        return {"Dask": importlib.metadata.version("distributed")}
    except importlib.metadata.PackageNotFoundError:
        return {}


def report(**figures):
    print(json.dumps({
        "importBytes": IMPORT_BYTES,
        "peakBytes": peak_bytes(),
        "versions": {
            "deepinv": deepinv.__version__, "torch": torch.__version__, "Python": platform.python_version(), **dask_version(),
        },
        **figures,
    }))


def gathered(value):
    """The value of every process, in order."""
    values = [None] * torch.distributed.get_world_size()
    torch.distributed.all_gather_object(values, value)
    return values


def run_job(options, image, y):
    physics = make_physics(options.blur, image)
    denoiser = make_denoiser(options.weights)
    if options.channels_last:
        denoiser = denoiser.to(memory_format=torch.channels_last)
    gradient_seconds, denoise_seconds, seconds, processor_seconds = [], [], [], []
    with DistributedContext(seed=0, device_mode="cpu") as context, torch.no_grad():
        if options.tiles == "none":
            method = Untiled(physics, denoiser)
        else:
            batch = 1 if options.tiles == "one" else None
            method = Tiled(context, physics, denoiser, options.tile, options.overlap, batch)
        x = torch.zeros_like(image)
        for _ in range(options.iterations):
            processor_start = time.process_time()
            start = time.perf_counter()
            z = x - options.step * method.gradient(x, y)
            middle = time.perf_counter()
            x = method.denoise(z, options.sigma)
            end = time.perf_counter()
            gradient_seconds.append(middle - start)
            denoise_seconds.append(end - middle)
            seconds.append(end - start)
            processor_seconds.append(time.process_time() - processor_start)
        # The first iteration meets cold memory.
        processor = [sum(processor_seconds[1:]) / max(len(processor_seconds) - 1, 1)]
        if torch.distributed.is_initialized():
            processor = gathered(processor[0])
    if int(os.environ.get("RANK", "0")) != 0:
        return
    if options.result:
        numpy.save(options.result, x.numpy())
    report(seconds=seconds, dataStep=gradient_seconds, denoise=denoise_seconds, processorSeconds=processor)


class Extended(deepinv.models.base.Denoiser):
    """A network on images of any size, extended to one that it takes."""

    def __init__(self, denoiser):
        super().__init__()
        self.network = denoiser
        self.stride = 2 if isinstance(denoiser, deepinv.models.FFDNet) else 8

    def forward(self, x, sigma, **kwargs):
        height, width = x.shape[-2:]
        padding = (0, -width % self.stride, 0, -height % self.stride)
        padded = torch.nn.functional.pad(x, padding, mode="replicate") if any(padding) else x
        return self.network(padded, sigma)[..., :height, :width]


def run_dpir(options, image, y):
    physics = make_physics(options.blur, image)
    denoiser = make_denoiser(options.weights)
    if options.channels_last:
        denoiser = denoiser.to(memory_format=torch.channels_last)
    model = deepinv.optim.DPIR(sigma=options.sigma, denoiser=Extended(denoiser), device="cpu")
    seconds, psnr = [], []
    with torch.no_grad():
        for _ in range(options.iterations):
            start = time.perf_counter()
            x = model(y, physics, init=torch.zeros_like(image))
            seconds.append(time.perf_counter() - start)
            psnr.append(-10 * torch.log10(((x - image) ** 2).mean()).item())
    if options.result:
        numpy.save(options.result, x.numpy())
    report(seconds=seconds, psnr=psnr)


def time_gradient(options, image, y):
    methods = [make_physics(blur, image) for blur in BLURS]
    fidelity = L2()
    seconds = {blur: [] for blur in BLURS}
    with torch.no_grad():
        for repeat in range(options.iterations + 1):
            for blur, physics in zip(BLURS, methods):
                start = time.perf_counter()
                gradient = fidelity.grad(image, y, physics)
                # The first round meets cold memory.
                if repeat > 0:
                    seconds[blur].append(time.perf_counter() - start)
    if options.result:
        numpy.save(options.result, gradient.numpy())
    report(gradient=seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["about", "job", "dpir", "gradient"])
    parser.add_argument("--image", help="the truth, PNG or NPY")
    parser.add_argument("--measurement", action="append", help="NPY; once for each blur, in order")
    parser.add_argument("--weights", help="of FFDNet or DRUNet, .safetensors")
    parser.add_argument(
        "--tiles", choices=["all", "one", "none"], default="all",
        help="tiles that are denoised at once; none for the whole image, without deepinv.distributed")
    parser.add_argument("--blur", choices=BLURS, default="Blur", help="deepinv's class for the blurs")
    parser.add_argument("--channels-last", action="store_true", help="the layout of the network in memory")
    parser.add_argument("--tile", type=int, default=256)
    parser.add_argument("--overlap", type=int, default=64)
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--step", type=float, default=0.5)
    parser.add_argument("--sigma", type=float, default=0.05)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--result", help="where the last image is written, NPY")
    options = parser.parse_args()

    if options.what == "about":
        return report()
    if not options.image or not options.measurement:
        parser.error("--image and --measurement are needed")
    torch.set_num_threads(options.threads)
    image = read_image(options.image)
    y = TensorList([torch.from_numpy(numpy.load(path)) for path in options.measurement])
    if options.what == "gradient":
        return time_gradient(options, image, y)
    if not options.weights:
        parser.error("a job needs --weights")
    if options.what == "dpir":
        return run_dpir(options, image, y)
    run_job(options, image, y)


if __name__ == "__main__":
    main()
