"""What cannot be converted is refused in one line."""

import os
from pathlib import Path

import torch
from converter import Folder, run_converter
from deepinv_models import DnCNN, DRUNet
from kair_models import KAIRDnCNN, chain
from torch import nn


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
