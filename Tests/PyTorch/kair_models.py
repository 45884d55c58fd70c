"""KAIR's chains of convolutions, as its file models/network_dncnn.py and models/network_ffdnet.py define them."""

import torch
from torch import nn
from torch.nn import functional


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
