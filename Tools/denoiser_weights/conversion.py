"""Giving weights the names and the meaning that graphrun knows, and writing them."""

import os

import safetensors.torch
import torch

from .refusal import Refusal, by


def convert(network, tensors):
    """The tensors as graphrun names them, and what was changed; refuses what is missing, misshapen or left over."""
    if network.image_channels not in (1, 3):
        raise Refusal(
            f"it is a {network.architecture} for images of {network.image_channels} channels; "
            "gray (1) and colour (3) are run"
        )
    converted, changes, rest = {}, [], dict(tensors)
    for layer in network.layers:
        for kind, shape in (("weight", layer.shape), ("bias", (layer.outputs,))):
            tensor = rest.pop(f"{layer.source}.{kind}", None)
            if tensor is None and kind == "bias":
                continue
            if tensor is None:
                raise Refusal(f"'{layer.source}.weight' is missing; save the network's whole state dict")
            if tuple(tensor.shape) != shape:
                raise Refusal(
                    f"'{layer.source}.{kind}' is {by(tensor.shape)}; in this {network.architecture} "
                    f"it must be {by(shape)}"
                )
            if not torch.isfinite(tensor).all():
                raise Refusal(f"'{layer.source}.{kind}' holds values that are not finite")
            converted[f"{layer.target}.{kind}"] = tensor.detach().to(torch.float32).contiguous()
    if rest:
        raise Refusal(
            f"{network.architecture} has no layer for '{next(iter(rest))}'; only the architecture as published is run"
        )

    first, last = network.layers[0], network.layers[-1]
    types = {str(tensor.dtype).removeprefix("torch.") for tensor in tensors.values()} - {"float32"}
    if types:
        changes.append(f"{', '.join(sorted(types))} to float32")
    if first.source != first.target:
        changes.append(f"all names, from {first.source} to {first.target} and so on")
    if network.one_noise_channel:
        name = f"{first.target}.weight"
        image, noise = converted[name].split([converted[name].shape[1] - 4, 4], dim=1)
        converted[name] = torch.cat([image, noise.sum(dim=1, keepdim=True)], dim=1)
        changes.append(f"the four noise level channels of {name} summed to one")
    if network.negated:
        names = [name for name in (f"{last.target}.weight", f"{last.target}.bias") if name in converted]
        for name in names:
            converted[name] = -converted[name]
        changes.append(f"negated {' and '.join(names)} (KAIR subtracts the result from the image)")
    return converted, changes


def write(tensors, path, architecture):
    """Writes the file whole or not at all."""
    part = f"{path}.{os.getpid()}.part"
    try:
        # The package's own save_file makes files that only their owner may read.
        with open(part, "wb") as file:
            file.write(safetensors.torch.save(tensors, metadata={"format": "pt", "architecture": architecture}))
        os.replace(part, path)
    except OSError as error:
        raise Refusal(f"{path} cannot be written ({error.strerror or error})") from error
    finally:
        if os.path.exists(part):
            os.remove(part)
