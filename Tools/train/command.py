"""The command line of the training program."""

import argparse
import pathlib

import numpy as np
import torch

import export
import networks
import optimizers
import patches
from training import Recipe, Training

# From nothing to the published files: colour first, gray from where colour ended.
RECIPES = {
    "color": Recipe(shape="unet", channels=3, steps=18_000),
    "gray": Recipe(shape="unet", channels=1, steps=8_000, rate=1e-3, start="color"),
}


def _device(name):
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def _parser():
    parser = argparse.ArgumentParser(prog="train", description="Trains graphrun's denoisers on images that it draws.")
    parser.add_argument("--folder", default="runs/train", help="pictures, checkpoints and logs; default: %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU; they change last bits; default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)

    pictures = commands.add_parser("pictures", help="draw some of the pictures, to look at them")
    pictures.add_argument("output", help="a PNG file")
    pictures.add_argument("--count", type=int, default=24)
    pictures.add_argument("--first", type=int, default=0)

    train = commands.add_parser("train", help="train and write the weights; goes on where it was stopped")
    train.add_argument("name", choices=RECIPES)
    train.add_argument("--output", help="the .safetensors file; default: graphrun-NAME.safetensors in the folder")
    train.add_argument("--device", default="auto", help="cpu, cuda, cuda:1; default: a GPU where there is one")
    train.add_argument("--until", type=int, help="stop at this step, to be continued")
    train.add_argument("--shape", choices=networks.SHAPES)
    train.add_argument("--optimizer", choices=optimizers.NAMES)
    for number in ["steps", "pictures", "seed", "batch", "patch"]:
        train.add_argument(f"--{number}", type=int)
    train.add_argument("--rate", type=float)
    train.add_argument("--scratch", action="store_true", help="begin with seeded weights in any case")
    train.add_argument("--float32", action="store_true", help="no bfloat16 in the convolutions of training")
    train.add_argument("--label", help="name of the checkpoint's folder; default: NAME")

    fixture = commands.add_parser("fixture", help="write what the engine's test compares")
    fixture.add_argument("name", choices=RECIPES)
    fixture.add_argument("output", help="a folder")
    return parser


def _recipe(options):
    """The recipe of that name with what the command line changes."""
    recipe = RECIPES[options.name]
    given = {
        name: getattr(options, name)
        for name in ["shape", "optimizer", "steps", "pictures", "seed", "batch", "patch", "rate"]
        if getattr(options, name) is not None
    }
    start = "" if options.scratch else recipe.start
    return Recipe(**{**vars(recipe), **given, "start": start})


def _weights_to_begin_with(options, recipe):
    if not recipe.start:
        return None
    path = pathlib.Path(options.folder) / recipe.start / "checkpoint.pt"
    saved = torch.load(path, map_location="cpu", weights_only=True) if path.exists() else {"step": 0}
    if saved["step"] < RECIPES[recipe.start].steps:
        raise SystemExit(
            f"train: '{options.name}' begins where '{recipe.start}' ended, which is not in {path}; "
            f"train that to its end first, or give --scratch"
        )
    return saved["averaged"]


def _train(options):
    recipe = _recipe(options)
    images = patches.store(options.folder, recipe.seed, recipe.pictures, options.threads)
    network = networks.build(recipe.shape, recipe.channels, recipe.seed)
    print(
        f"train: {recipe}\ntrain: {sum(weight.numel() for weight in network.parameters())} parameters, "
        f"{networks.operations_per_pixel(network) / 1e3:.0f} thousand operations a pixel",
        flush=True,
    )
    label = options.label or options.name
    training = Training(
        recipe, pathlib.Path(options.folder) / label, images, _device(options.device), not options.float32,
        start=_weights_to_begin_with(options, recipe))
    weights = training.run(options.until)
    if training.step >= recipe.steps:
        path = options.output or pathlib.Path(options.folder) / f"graphrun-{label}.safetensors"
        export.write_weights(path, weights, vars(recipe))
        print(f"train: {path}")


def _pictures(options):
    import cv2

    drawn = [patches.picture(RECIPES["color"].seed, options.first + index) for index in range(options.count)]
    across = min(6, options.count)
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % across)
    rows = [np.concatenate(drawn[start : start + across], 1) for start in range(0, len(drawn), across)]
    cv2.imwrite(options.output, np.concatenate(rows)[..., ::-1])


def main():
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    if options.command == "pictures":
        _pictures(options)
    elif options.command == "train":
        _train(options)
    else:
        saved = torch.load(
            pathlib.Path(options.folder) / options.name / "checkpoint.pt", map_location="cpu", weights_only=True)
        export.write_fixture(options.output, f"graphrun-{options.name}", saved["averaged"], saved["recipe"])
