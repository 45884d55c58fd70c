"""The networks that were tried. All are bias-free, so that scaling image and noise level scales the result
(Mohan et al., ICLR 2020), read the noise level as a channel, and add what they compute to the image.

Names of the U-Net's weights and the order of its layers are what graphrun's engine recognises (Sources/Networks).
"""

import torch
from torch import nn
from torch.nn import functional


def _convolution(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)


class _Block(nn.Module):
    """x + conv(relu(conv(x)))"""

    def __init__(self, width):
        super().__init__()
        self.conv1 = _convolution(width, width)
        self.conv2 = _convolution(width, width)

    def forward(self, x):
        return x + self.conv2(functional.relu(self.conv1(x)))


class UNet(nn.Module):
    """A U-Net of residual blocks at half resolution and below: a narrow DRUNet (Zhang et al., IEEE TPAMI 2021) that
    begins like FFDNet (Zhang, Zuo and Zhang, IEEE TIP 2018), with pixels unshuffled by 2.

    `widths` are the channels of each scale, `blocks` the residual blocks on each way, down and up, and at the bottom.
    """

    def __init__(self, image_channels, widths, blocks):
        super().__init__()
        self.image_channels = image_channels
        self.head = _convolution(4 * image_channels + 1, widths[0])
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        for scale, (fine, coarse) in enumerate(zip(widths, widths[1:])):
            down = nn.ModuleDict({"blocks": nn.ModuleList(_Block(fine) for _ in range(blocks[scale]))})
            down["step"] = nn.Conv2d(fine, coarse, 2, stride=2, bias=False)
            self.down.append(down)
            up = nn.ModuleDict({"step": nn.ConvTranspose2d(coarse, fine, 2, stride=2, bias=False)})
            up["blocks"] = nn.ModuleList(_Block(fine) for _ in range(blocks[scale]))
            self.up.append(up)
        self.body = nn.ModuleList(_Block(widths[-1]) for _ in range(blocks[-1]))
        self.tail = _convolution(widths[0], 4 * image_channels)

    def forward(self, image, sigma):
        pixels = functional.pixel_unshuffle(image, 2)
        noise = sigma.view(-1, 1, 1, 1).expand(-1, 1, *pixels.shape[2:]).to(pixels.dtype)
        x = self.head(torch.cat([pixels, noise], 1))
        skips = []
        for down in self.down:
            for block in down["blocks"]:
                x = block(x)
            skips.append(x)
            x = down["step"](x)
        for block in self.body:
            x = block(x)
        for up, skip in zip(reversed(self.up), reversed(skips)):
            x = up["step"](x) + skip
            for block in up["blocks"]:
                x = block(x)
        return functional.pixel_shuffle(pixels + self.tail(x), 2)


class Chain(nn.Module):
    """Convolutions one after the other at half resolution, as FFDNet has them, without biases."""

    def __init__(self, image_channels, width, depth):
        super().__init__()
        self.image_channels = image_channels
        widths = [4 * image_channels + 1] + [width] * (depth - 1) + [4 * image_channels]
        self.chain = nn.ModuleList(_convolution(*pair) for pair in zip(widths, widths[1:]))

    def forward(self, image, sigma):
        pixels = functional.pixel_unshuffle(image, 2)
        noise = sigma.view(-1, 1, 1, 1).expand(-1, 1, *pixels.shape[2:]).to(pixels.dtype)
        x = torch.cat([pixels, noise], 1)
        for convolution in self.chain[:-1]:
            x = functional.relu(convolution(x))
        return functional.pixel_shuffle(pixels + self.chain[-1](x), 2)


SHAPES = {
    "unet": lambda channels: UNet(channels, widths=[64, 96], blocks=[2, 3]),
    "chain": lambda channels: Chain(channels, width=64, depth=14),
}


def build(shape, channels, seed):
    """A network with seeded weights: He's initialisation, and a last layer that adds little at first."""
    torch.manual_seed(seed)
    network = SHAPES[shape](channels)
    layers = [layer for layer in network.modules() if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    for block in (module for module in network.modules() if isinstance(module, _Block)):
        block.conv2.weight.data.mul_(0.3)
    layers[-1].weight.data.mul_(0.1)
    return network


def operations_per_pixel(network):
    """Floating-point operations for a pixel of the image, two a product, counted on a small one."""
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        products = layer.weight.numel() * (inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output)[0, 0].numel()
        total += 2 * products

    hooks = [
        layer.register_forward_hook(count)
        for layer in network.modules()
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))
    ]
    with torch.no_grad():
        network(torch.zeros(1, network.image_channels, 16, 16), torch.zeros(1))
    for hook in hooks:
        hook.remove()
    return total / 256
