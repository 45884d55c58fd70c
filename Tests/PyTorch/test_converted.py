"""Converted networks, run by graphrun as it was built in release, give what PyTorch gives."""

import os
import subprocess
import sys
import tempfile

import numpy
import torch
from converter import PROGRAM, ROOT, Folder
from deepinv_models import DnCNN, DRUNet, FFDNet
from kair_models import KAIRDnCNN, KAIRFFDNet
from safetensors import safe_open

GRAPHRUN = ROOT / ".build" / "release" / "graphrun"
SIGMA = 0.1


def seeded(architecture, *arguments, **settings):
    torch.manual_seed(7)
    return architecture(*arguments, **settings).eval()


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
            "image": self.path("image.npy"),
            "weights": self.path("network.safetensors"),
            "sigma": SIGMA,
            "convolutions": "direct",
        }
        run = subprocess.run(
            [GRAPHRUN, ROOT / "Graphs" / "denoise.graph", "--output", output]
            + [word for name, value in settings.items() for word in ("--set", f"{name}={value}")],
            capture_output=True,
            text=True,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        result = numpy.load(os.path.join(output, "result.npy"))
        self.assertLessEqual(abs(result - expected).max() / abs(expected).max(), 1e-5)

    def test_deepinv_dncnn(self):
        for channels, bias in ((1, True), (3, False)):
            with self.subTest(channels=channels, bias=bias):
                network = seeded(DnCNN, channels, channels, depth=5, nf=8, bias=bias, pretrained=None)
                self.check(
                    network,
                    channels,
                    network.state_dict(),
                    "architecture  dncnn, as saved by deepinv",
                    f"biases        {'all layers' if bias else 'none'}",
                    "changed       nothing",
                )

    def test_kair_dncnn(self):
        for channels in (1, 3):
            with self.subTest(channels=channels):
                network = seeded(KAIRDnCNN, channels, 8, depth=6)
                self.check(
                    network,
                    channels,
                    network.state_dict(),
                    "architecture  dncnn, as saved by KAIR",
                    "layers        6 convolutions",
                    "changed       all names, from model.0 to in_conv and so on",
                    "changed       negated out_conv.weight and out_conv.bias (KAIR subtracts the result from the image)",
                )

    def test_seven_layers(self):
        network = seeded(KAIRDnCNN, 1, 4, depth=7)
        self.check(network, 1, network.state_dict(), options=["--dncnn"])

    def test_deepinv_ffdnet(self):
        for channels, bias in ((1, True), (3, False)):
            with self.subTest(channels=channels, bias=bias):
                network = seeded(
                    FFDNet, n_conv_layers=4, nf=12, img_channels=channels, last_conv_bias=bias, pretrained=None
                )
                self.check(
                    network,
                    channels,
                    network.state_dict(),
                    "architecture  ffdnet, as saved by deepinv",
                    f"biases        {'all layers' if bias else '3 layers'}",
                    "changed       the four noise level channels of model.0.weight summed to one",
                )

    def test_kair_ffdnet(self):
        for channels in (1, 3):
            with self.subTest(channels=channels):
                network = seeded(KAIRFFDNet, channels, 12, depth=4)
                self.check(
                    network,
                    channels,
                    network.state_dict(),
                    "architecture  ffdnet, as saved by KAIR",
                    "features      12",
                    "changed       nothing",
                )

    def test_drunet(self):
        for channels, blocks in ((1, 1), (3, 2)):
            with self.subTest(channels=channels, blocks=blocks):
                network = seeded(DRUNet, channels, channels, nc=(8, 12, 16, 20), nb=blocks, pretrained=None)
                self.check(
                    network,
                    channels,
                    network.state_dict(),
                    "architecture  drunet, as saved by deepinv, KAIR and DPIR",
                    "features      8, 12, 16, 20",
                    f"layers        {8 + 14 * blocks} convolutions",
                    "changed       nothing",
                )

    def test_checkpoints(self):
        network = seeded(KAIRDnCNN, 1, 4, depth=4)
        state = network.state_dict()
        wrapped = {f"module._orig_mod.{name}": tensor for name, tensor in state.items()}
        worse = {name: tensor + 1 for name, tensor in state.items()}
        self.check(
            network,
            1,
            {"epoch": 3, "params": worse, "params_ema": wrapped},
            "found         taken from the entry 'params_ema', not epoch, params",
            "found         'module.' taken off the names",
            "found         '_orig_mod.' taken off the names",
        )

    def test_half_precision(self):
        network = seeded(DnCNN, 1, 1, depth=4, nf=4, pretrained=None)
        network.load_state_dict({name: tensor.half() for name, tensor in network.state_dict().items()})
        half = {name: tensor.half() for name, tensor in network.state_dict().items()}
        self.check(network, 1, half, "changed       float16 to float32")

    def test_program(self):
        """Once as a user types it."""
        torch.save(DnCNN(1, 1, depth=4, nf=4, pretrained=None).state_dict(), self.path("network.pth"))
        subprocess.run([sys.executable, PROGRAM, self.path("network.pth")], check=True, capture_output=True)
        with safe_open(self.path("network.safetensors"), "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt", "architecture": "dncnn"})
