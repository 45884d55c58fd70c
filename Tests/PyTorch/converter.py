"""Running Tools/convert-weights in a test."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

import torch

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "Tools" / "convert-weights"
sys.path.insert(0, str(ROOT / "Tools"))

from denoiser_weights import command


def run_converter(*arguments):
    """What the program returns and prints, without the seconds that importing PyTorch takes each time."""
    output, errors, code = io.StringIO(), io.StringIO(), 0
    with (
        patch("sys.argv", [str(PROGRAM), *arguments]),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        try:
            command.main()
        except SystemExit as end:
            code = end.code
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())


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
