"""Telling the architectures apart by the names and shapes of their weights."""

from dataclasses import dataclass, field

from .refusal import Refusal, by, listed


@dataclass
class Layer:
    """A convolution that an architecture must have, by its name in the file read and in the file written."""

    source: str
    target: str
    shape: tuple[int, ...]
    """Of its weights."""
    outputs: int
    """Length of its bias."""


@dataclass
class Network:
    """What a state dict turned out to be."""

    architecture: str
    origin: str
    image_channels: int
    features: list[int]
    layers: list[Layer]
    notes: list[str] = field(default_factory=list)
    """What the user should know besides."""
    one_noise_channel: bool = False
    """Whether four channels of noise level in the first layer become one."""
    negated: bool = False
    """Whether the last layer changes its sign."""


def recognise(tensors, is_dncnn):
    """The network that a state dict belongs to.

    is_dncnn: whether the user says that seven convolutions are no IRCNN.
    """
    normalised = [name for name in tensors if name.endswith(".running_mean")]
    if normalised:
        raise Refusal(
            f"it has batch normalisation ('{normalised[0]}'), which is not run; merge it into the convolutions first "
            "(KAIR and DPIR: utils_bnorm.merge_bn)"
        )
    for name, tensor in tensors.items():
        if tensor.ndim == 5:
            raise Refusal(
                f"it is a network for volumes ('{name}' is {by(tensor.shape)}); only networks for images are run"
            )
    if "m_head.weight" in tensors:
        return drunet(tensors)
    if "in_conv.weight" in tensors:
        return deepinv_dncnn(tensors)
    if "blocks.0.0.weight" in tensors:
        return deepinv_ffdnet(tensors)
    if "model.0.weight" in tensors:
        inputs = inputs_of(tensors, "model.0")
        if inputs in (5, 13):
            return kair_ffdnet(tensors)
        if inputs in (1, 3):
            return kair_dncnn(tensors, is_dncnn)
        if inputs in (2, 4):
            raise Refusal(
                f"'model.0.weight' has {inputs} input channels, as KAIR's FDnCNN, which is not run; "
                "FFDNet and DRUNet take a noise level too"
            )
    raise Refusal(f"its weights are of no DRUNet, FFDNet or DnCNN (they are named {listed(tensors)})")


def drunet(tensors):
    head = inputs_of(tensors, "m_head")
    blocks = count(tensors, "m_down1.{}.res.0")
    widths = [outputs_of(tensors, "m_head")]
    widths += [outputs_of(tensors, f"m_down{scale}.{blocks}") for scale in (1, 2, 3)]
    layers = [convolution("m_head", head, widths[0])]

    def residual(name, width):
        layers.extend(convolution(f"{name}.res.{index}", width, width) for index in (0, 2))

    for scale in (1, 2, 3):
        for block in range(blocks):
            residual(f"m_down{scale}.{block}", widths[scale - 1])
        layers.append(convolution(f"m_down{scale}.{blocks}", widths[scale - 1], widths[scale], side=2))
    for block in range(blocks):
        # A list of one block is that block: it has no index.
        residual("m_body" if "m_body.res.0.weight" in tensors and blocks == 1 else f"m_body.{block}", widths[3])
    for scale in (3, 2, 1):
        fine, coarse = widths[scale - 1], widths[scale]
        layers.append(Layer(f"m_up{scale}.0", f"m_up{scale}.0", (coarse, fine, 2, 2), fine))
        for block in range(blocks):
            residual(f"m_up{scale}.{block + 1}", fine)
    layers.append(convolution("m_tail", widths[0], head - 1))
    return Network(
        "drunet",
        "deepinv, KAIR and DPIR",
        head - 1,
        widths,
        layers,
        notes=[f"{blocks} residual block{'s' if blocks > 1 else ''} on each of four scales"],
    )


def deepinv_ffdnet(tensors):
    inner = count(tensors, "blocks.{}.0")
    sources = [f"blocks.{index}.0" for index in range(inner)] + [f"blocks.{inner}"]
    return ffdnet(tensors, "deepinv", sources, noise_channels=4)


def kair_ffdnet(tensors):
    return ffdnet(
        tensors, "KAIR", [f"model.{2 * i}" for i in range(count(tensors, "model.{}", step=2))], noise_channels=1
    )


def ffdnet(tensors, origin, sources, noise_channels):
    inputs = inputs_of(tensors, sources[0])
    channels = (inputs - noise_channels) // 4
    if inputs != 4 * channels + noise_channels:
        raise Refusal(
            f"'{sources[0]}.weight' has {inputs} input channels; FFDNet of {origin} has 4 a channel of the "
            f"image and {noise_channels} for the noise level"
        )
    targets = [f"model.{2 * index}" for index in range(len(sources))]
    features, layers = chain(tensors, sources, targets, inputs, 4 * channels)
    return Network("ffdnet", origin, channels, [features], layers, one_noise_channel=noise_channels == 4)


def deepinv_dncnn(tensors):
    names = ["in_conv"] + [f"conv_list.{i}" for i in range(count(tensors, "conv_list.{}"))] + ["out_conv"]
    channels = inputs_of(tensors, "in_conv")
    features, layers = chain(tensors, names, names, channels, channels)
    return Network("dncnn", "deepinv", channels, [features], layers)


def kair_dncnn(tensors, is_dncnn):
    depth = count(tensors, "model.{}", step=2)
    if depth == 7 and not is_dncnn:
        raise Refusal(
            "seven convolutions may be KAIR's IRCNN, whose dilated convolutions are not run and leave no trace in the "
            "file; if this is a DnCNN of seven layers, say so with --dncnn"
        )
    sources = [f"model.{2 * index}" for index in range(depth)]
    targets = ["in_conv"] + [f"conv_list.{index}" for index in range(depth - 2)] + ["out_conv"]
    channels = inputs_of(tensors, "model.0")
    features, layers = chain(tensors, sources, targets, channels, channels)
    return Network("dncnn", "KAIR", channels, [features], layers, negated=True)


def chain(tensors, sources, targets, inputs, outputs):
    """Convolutions one after the other, all but the ends of equal width; that width and the layers."""
    if len(sources) < 2:
        raise Refusal(f"only '{sources[0]}.weight' is there; save the network's whole state dict")
    features = outputs_of(tensors, sources[0])
    ends = [inputs] + [features] * (len(sources) - 1) + [outputs]
    return features, [
        Layer(source, target, (ends[index + 1], ends[index], 3, 3), ends[index + 1])
        for index, (source, target) in enumerate(zip(sources, targets))
    ]


def convolution(name, inputs, outputs, side=3):
    return Layer(name, name, (outputs, inputs, side, side), outputs)


def count(tensors, pattern, step=1):
    """How many layers are named by a pattern with 0, step, 2 step, ... in it."""
    found = 0
    while f"{pattern.format(found * step)}.weight" in tensors:
        found += 1
    return found


def outputs_of(tensors, name):
    return weight(tensors, name).shape[0]


def inputs_of(tensors, name):
    return weight(tensors, name).shape[1]


def weight(tensors, name):
    tensor = tensors.get(f"{name}.weight")
    if tensor is None:
        raise Refusal(f"'{name}.weight' is missing; save the network's whole state dict")
    if tensor.ndim != 4:
        raise Refusal(f"'{name}.weight' is {by(tensor.shape)}; the weights of a convolution have four axes")
    return tensor
