"""How weights are updated."""

import torch
from torch import nn

NAMES = ("muon", "adam")


class _Adam:
    def __init__(self, parameters, rate):
        self._adam = torch.optim.Adam(parameters, lr=rate, betas=(0.9, 0.99))

    def step(self, rate):
        for group in self._adam.param_groups:
            group["lr"] = rate
        self._adam.step()

    def state_dict(self):
        return {"adam": self._adam.state_dict()}

    def load_state_dict(self, state):
        self._adam.load_state_dict(state["adam"])


class _Muon(_Adam):
    """Muon (Jordan et al. 2024), whose updates are orthogonal matrices, for the kernels between features; Adam for the
    layers that read or write pixels. A kernel is a matrix with a row for each entry of its first axis.
    """

    def __init__(self, network, rate):
        matrices = [
            layer.weight
            for layer in network.modules()
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)) and min(layer.weight.shape[:2]) >= 32
        ]
        known = {id(weight) for weight in matrices}
        super().__init__([weight for weight in network.parameters() if id(weight) not in known], rate)
        self._weights = matrices
        # torch's Muon takes matrices only, so it is given copies that are copied back.
        self._matrices = [nn.Parameter(_matrix(weight.data)) for weight in matrices]
        self._muon = torch.optim.Muon(
            self._matrices, lr=rate, weight_decay=0.0, momentum=0.95, adjust_lr_fn="match_rms_adamw"
        )

    def step(self, rate):
        super().step(rate)
        for group in self._muon.param_groups:
            group["lr"] = rate
        for weight, matrix in zip(self._weights, self._matrices):
            matrix.data.copy_(_matrix(weight.data))
            matrix.grad = _matrix(weight.grad)
        self._muon.step()
        for weight, matrix in zip(self._weights, self._matrices):
            rows, columns, height, width = weight.shape
            weight.data.copy_(matrix.data.view(rows, height, width, columns).permute(0, 3, 1, 2))

    def state_dict(self):
        return super().state_dict() | {"muon": self._muon.state_dict()}

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self._muon.load_state_dict(state["muon"])


def _matrix(weight):
    return weight.permute(0, 2, 3, 1).reshape(weight.shape[0], -1).contiguous()


def build(name, network, rate):
    return _Muon(network, rate) if name == "muon" else _Adam(network.parameters(), rate)
