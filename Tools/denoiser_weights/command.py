"""Turns the weights of a denoiser, saved by PyTorch, into .safetensors that graphrun reads, and says what it found.

DRUNet, FFDNet and DnCNN as deepinv, KAIR and DPIR save them: a state dict, by itself or in a checkpoint ('state_dict',
'params', 'params_ema'). Needs PyTorch and the package safetensors: pip install torch safetensors

What a file of graphrun's means, whoever trained it:
  drunet   names as in all three; the last input channel is the noise level
  ffdnet   KAIR's names (model.0, model.2, ...), one channel of noise level after the unshuffled pixels.
           deepinv unshuffles the noise level too, so it has four such channels, always equal: their weights are summed
  dncnn    deepinv's names (in_conv, conv_list.0, ..., out_conv), the result is added to the image.
           KAIR subtracts it: the last layer's weights and bias are negated

A state dict does not tell everything: activations other than ReLU, instance normalisation without weights, and
FFDNet's 'residual_denoising' leave no trace in it. Compare one image if your network has any of these.
"""

import argparse
import os
import sys

from .architectures import recognise
from .conversion import convert, write
from .refusal import Refusal
from .state_dict import load


def report(network, tensors, changes, output):
    biases = sum(name.endswith(".bias") for name in tensors)
    bias_text = "none" if biases == 0 else "all layers" if biases == len(network.layers) else f"{biases} layers"
    noise_text = (
        "a channel of the input" if network.architecture != "dncnn" else "none; it removes what it was trained for"
    )
    lines = [
        ("architecture", f"{network.architecture}, as saved by {network.origin}"),
        ("image", {1: "gray, 1 channel", 3: "colour, 3 channels"}[network.image_channels]),
        ("features", ", ".join(str(width) for width in network.features)),
        ("layers", f"{len(network.layers)} convolutions"),
        ("biases", bias_text),
        ("parameters", str(sum(tensor.numel() for tensor in tensors.values()))),
        ("noise level", noise_text),
        *(("found", note) for note in network.notes),
        *(("changed", change) for change in changes or ["nothing"]),
        ("written", f"{output}, {os.path.getsize(output)} bytes"),
    ]
    for name, text in lines:
        print(f"{name:<14}{text}")


def main():
    summary, _, details = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="convert-weights",
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("weights", help="what torch.save wrote: a .pth or .pt file")
    parser.add_argument("-o", "--output", help="the file to write; default: the same name with .safetensors")
    parser.add_argument("--dncnn", action="store_true", help="seven convolutions are a DnCNN, not KAIR's IRCNN")
    options = parser.parse_args()
    output = options.output or os.path.splitext(options.weights)[0] + ".safetensors"
    try:
        if os.path.abspath(output) == os.path.abspath(options.weights):
            raise Refusal("it would be overwritten; name another file with --output")
        tensors, notes = load(options.weights)
        network = recognise(tensors, options.dncnn)
        converted, changes = convert(network, tensors)
        network.notes += notes
        write(converted, output, network.architecture)
    except Refusal as refusal:
        print(f"convert-weights: {options.weights}: {refusal}", file=sys.stderr)
        sys.exit(2)
    report(network, converted, changes, output)
