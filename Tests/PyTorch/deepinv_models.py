"""deepinv's denoisers, imported where PyTorch is there without the torchvision that fits it.

deepinv imports torchvision when it is imported itself, and PyPI's torchvision does not load beside a PyTorch for
processors only. Its denoisers use nothing of it, so a stand-in does.
"""

import importlib.abc
import importlib.machinery
import sys
from unittest.mock import MagicMock


class _TorchvisionStandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Any module of torchvision, as an object that has every attribute."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] != "torchvision":
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return MagicMock(__version__="0", __path__=[], __spec__=spec)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, _TorchvisionStandIn())

from deepinv.models import DnCNN, DRUNet, FFDNet

__all__ = ["DRUNet", "DnCNN", "FFDNet"]
