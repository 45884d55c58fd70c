"""Tests of Tools/convert-weights: networks are saved as deepinv, KAIR and DPIR save them, converted, and run by graphrun,
whose result must be the network's own.

Needs torch, safetensors and deepinv, and graphrun built in release:

    python3 Tests/PyTorch/test_convert_weights.py
"""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from unittest.mock import patch

import numpy
import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional

from deepinv_models import DRUNet, DnCNN, FFDNet

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "Tools" / "convert-weights"
GRAPHRUN = ROOT / ".build" / "release" / "graphrun"
SIGMA = 0.1


def chain(inputs, features, outputs, depth):
    """Convolutions with a ReLU after all but the last, numbered as in KAIR: 0, 2, 4, ..."""
    layers = [nn.Conv2d(inputs, features, 3, padding=1), nn.ReLU()]
    for _ in range(depth - 2):
        layers += [nn.Conv2d(features, features, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(features, outputs, 3, padding=1))


class KAIRDnCNN(nn.Module):
    def __init__(self, channels, features, depth):
        super().__init__()
        self.model = chain(channels, features, channels, depth)

    def forward(self, image, sigma):
        return image - self.model(image)


class KAIRFFDNet(nn.Module):
    def __init__(self, channels, features, depth):
        super().__init__()
        self.model = chain(4 * channels + 1, features, 4 * channels, depth)

    def forward(self, image, sigma):
        pixels = functional.pixel_unshuffle(image, 2)
        level = torch.full_like(pixels[:, :1], sigma)
        return functional.pixel_shuffle(self.model(torch.cat([pixels, level], 1)), 2)


def load_program():
    """The program as a module, so that PyTorch is imported once for all tests. It is no importable name."""
    specification = spec_from_loader("convert_weights", SourceFileLoader("convert_weights", str(PROGRAM)))
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


CONVERTER = load_program()


def run_converter(*arguments):
    """What it returns and prints, as a program would."""
    output, errors, code = io.StringIO(), io.StringIO(), 0
    with patch("sys.argv", [str(PROGRAM), *arguments]):
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            try:
                CONVERTER.main()
            except SystemExit as end:
                code = end.code
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())


def seeded(build):
    torch.manual_seed(7)
    return build().eval()


class Folder(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def convert(self, content, *options):
        torch.save(content, self.path("network.pth"))
        return run_converter(self.path("network.pth"), *options)


class ConvertedTests(Folder):
    """What is converted gives, run by graphrun, what its network gives."""

    def check(self, network, channels, content, *found, options=()):
        """Converts `content`, looks for lines of the report, and compares graphrun's result with the network's."""
        outcome = self.convert(content, *options)
        self.assertEqual((outcome.returncode, outcome.stderr), (0, ""))
        for line in found:
            self.assertIn(line, outcome.stdout.splitlines())
        self.assertEqual([name for name in os.listdir(self.folder.name) if name.endswith(".part")], [])

        torch.manual_seed(3)
        image = torch.rand(1, channels, 32, 40)
        with torch.no_grad():
            expected = network(image, SIGMA).numpy()
        numpy.save(self.path("image.npy"), image.numpy())
        output = tempfile.mkdtemp(dir=self.folder.name)
        settings = {
            "image": self.path("image.npy"), "weights": self.path("network.safetensors"), "sigma": SIGMA,
            "convolutions": "direct",
        }
        run = subprocess.run(
            [GRAPHRUN, ROOT / "Graphs" / "denoise.graph", "--output", output]
            + [word for name, value in settings.items() for word in ("--set", f"{name}={value}")],
            capture_output=True, text=True,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        result = numpy.load(os.path.join(output, "result.npy"))
        self.assertLessEqual(abs(result - expected).max() / abs(expected).max(), 1e-5)

    def test_deepinv_dncnn(self):
        for channels, bias in ((1, True), (3, False)):
            with self.subTest(channels=channels, bias=bias):
                network = seeded(lambda: DnCNN(channels, channels, depth=5, nf=8, bias=bias, pretrained=None))
                self.check(
                    network, channels, network.state_dict(), "architecture  dncnn, as saved by deepinv",
                    f"biases        {'all layers' if bias else 'none'}", "changed       nothing",
                )

    def test_kair_dncnn(self):
        for channels in (1, 3):
            with self.subTest(channels=channels):
                network = seeded(lambda: KAIRDnCNN(channels, 8, depth=6))
                self.check(
                    network, channels, network.state_dict(), "architecture  dncnn, as saved by KAIR",
                    "layers        6 convolutions", "changed       all names, from model.0 to in_conv and so on",
                    "changed       negated out_conv.weight and out_conv.bias (KAIR subtracts the result from the image)",
                )

    def test_seven_layers(self):
        network = seeded(lambda: KAIRDnCNN(1, 4, depth=7))
        self.check(network, 1, network.state_dict(), options=["--dncnn"])

    def test_deepinv_ffdnet(self):
        for channels, bias in ((1, True), (3, False)):
            with self.subTest(channels=channels, bias=bias):
                network = seeded(
                    lambda: FFDNet(
                        n_conv_layers=4, nf=12, img_channels=channels, last_conv_bias=bias, pretrained=None
                    )
                )
                self.check(
                    network, channels, network.state_dict(), "architecture  ffdnet, as saved by deepinv",
                    f"biases        {'all layers' if bias else '3 layers'}",
                    "changed       the four noise level channels of model.0.weight summed to one",
                )

    def test_kair_ffdnet(self):
        for channels in (1, 3):
            with self.subTest(channels=channels):
                network = seeded(lambda: KAIRFFDNet(channels, 12, depth=4))
                self.check(
                    network, channels, network.state_dict(), "architecture  ffdnet, as saved by KAIR",
                    "features      12", "changed       nothing",
                )

    def test_drunet(self):
        for channels, blocks in ((1, 1), (3, 2)):
            with self.subTest(channels=channels, blocks=blocks):
                network = seeded(
                    lambda: DRUNet(channels, channels, nc=(8, 12, 16, 20), nb=blocks, pretrained=None)
                )
                self.check(
                    network, channels, network.state_dict(),
                    "architecture  drunet, as saved by deepinv, KAIR and DPIR", "features      8, 12, 16, 20",
                    f"layers        {8 + 14 * blocks} convolutions", "changed       nothing",
                )

    def test_checkpoints(self):
        network = seeded(lambda: KAIRDnCNN(1, 4, depth=4))
        state = network.state_dict()
        wrapped = {f"module._orig_mod.{name}": tensor for name, tensor in state.items()}
        worse = {name: tensor + 1 for name, tensor in state.items()}
        self.check(
            network, 1, {"epoch": 3, "params": worse, "params_ema": wrapped},
            "found         taken from the entry 'params_ema', not epoch, params",
            "found         'module.' taken off the names", "found         '_orig_mod.' taken off the names",
        )

    def test_half_precision(self):
        network = seeded(lambda: DnCNN(1, 1, depth=4, nf=4, pretrained=None))
        network.load_state_dict({name: tensor.half() for name, tensor in network.state_dict().items()})
        half = {name: tensor.half() for name, tensor in network.state_dict().items()}
        self.check(network, 1, half, "changed       float16 to float32")

    def test_program(self):
        """Once as a user types it."""
        torch.save(DnCNN(1, 1, depth=4, nf=4, pretrained=None).state_dict(), self.path("network.pth"))
        subprocess.run([sys.executable, PROGRAM, self.path("network.pth")], check=True, capture_output=True)
        with safe_open(self.path("network.safetensors"), "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt", "architecture": "dncnn"})


class RefusedTests(Folder):
    """What cannot be converted is refused in one line, and nothing is written."""

    def check_refused(self, content, message):
        outcome = self.convert(content)
        self.assertEqual(outcome.stdout, "")
        self.assertEqual(outcome.stderr, f"convert-weights: {self.path('network.pth')}: {message}\n")
        self.assertEqual(outcome.returncode, 2)
        self.assertEqual(os.listdir(self.folder.name), ["network.pth"])

    def test_networks(self):
        dncnn = DnCNN(1, 1, depth=4, nf=4, pretrained=None).state_dict()
        drunet = DRUNet(1, 1, nc=(2, 2, 2, 2), nb=2, pretrained=None).state_dict()
        volume = DnCNN(1, 1, depth=4, nf=4, pretrained=None, dim=3).state_dict()
        infinite = {**dncnn, "in_conv.bias": torch.full((4,), float("inf"))}
        cases = [
            (
                volume,
                "it is a network for volumes ('in_conv.weight' is 4 × 1 × 3 × 3 × 3); only networks for images are run",
            ),
            (
                chain(1, 4, 1, 7).state_dict(),
                "its weights are of no DRUNet, FFDNet or DnCNN (they are named 0.weight, 0.bias, 2.weight and 11 more)",
            ),
            (
                KAIRDnCNN(1, 4, 7).state_dict(),
                "seven convolutions may be KAIR's IRCNN, whose dilated convolutions are not run and leave no trace in "
                "the file; if this is a DnCNN of seven layers, say so with --dncnn",
            ),
            (
                {"model.0.weight": torch.zeros(4, 4, 3, 3)},
                "'model.0.weight' has 4 input channels, as KAIR's FDnCNN, which is not run; "
                "FFDNet and DRUNet take a noise level too",
            ),
            (
                {**dncnn, "conv_list.0.running_mean": torch.zeros(4)},
                "it has batch normalisation ('conv_list.0.running_mean'), which is not run; merge it into the "
                "convolutions first (KAIR and DPIR: utils_bnorm.merge_bn)",
            ),
            (
                DnCNN(2, 2, depth=4, nf=4, pretrained=None).state_dict(),
                "it is a dncnn for images of 2 channels; gray (1) and colour (3) are run",
            ),
            (
                {name: tensor for name, tensor in drunet.items() if name != "m_body.1.res.2.weight"},
                "'m_body.1.res.2.weight' is missing; save the network's whole state dict",
            ),
            (
                {**drunet, "m_tail.weight": torch.zeros(3, 2, 3, 3)},
                "'m_tail.weight' is 3 × 2 × 3 × 3; in this drunet it must be 1 × 2 × 3 × 3",
            ),
            (
                {**drunet, "m_extra.weight": torch.zeros(1)},
                "drunet has no layer for 'm_extra.weight'; only the architecture as published is run",
            ),
            (infinite, "'in_conv.bias' holds values that are not finite"),
        ]
        for state, message in cases:
            with self.subTest(message=message):
                self.check_refused(state, message)

    def test_content(self):
        module = nn.Conv2d(1, 1, 3)
        cases = [
            (
                module,
                "it holds Python objects besides tensors, which are not loaded because they could run any code; "
                "save the weights alone, with torch.save(model.state_dict(), ...)",
            ),
            ([1, 2], "it holds no state dict; save one, with torch.save(model.state_dict(), ...)"),
            (
                {"0": module.state_dict(), "1": module.state_dict()},
                "its entry '0' is no named tensor; save one network's state dict by itself",
            ),
        ]
        for content, message in cases:
            with self.subTest(message=message):
                self.check_refused(content, message)

    def test_files(self):
        def message(*arguments):
            outcome = run_converter(*arguments)
            self.assertEqual(outcome.returncode, 2)
            return outcome.stderr.replace(self.folder.name, "HERE")

        self.assertEqual(
            message(self.path("none.pth")),
            "convert-weights: HERE/none.pth: it cannot be read (No such file or directory)\n",
        )
        Path(self.path("text.pth")).write_text("no weights")
        self.assertEqual(
            message(self.path("text.pth")),
            "convert-weights: HERE/text.pth: it is no file of torch.save, or is damaged\n",
        )
        torch.save(DnCNN(1, 1, depth=4, nf=4, pretrained=None).state_dict(), self.path("good.pth"))
        self.assertEqual(
            message(self.path("good.pth"), "--output", self.path("none/w.safetensors")),
            "convert-weights: HERE/good.pth: HERE/none/w.safetensors cannot be written (No such file or directory)\n",
        )
        self.assertEqual(
            message(self.path("good.pth"), "--output", self.path("good.pth")),
            "convert-weights: HERE/good.pth: it would be overwritten; name another file with --output\n",
        )


if __name__ == "__main__":
    unittest.main()
