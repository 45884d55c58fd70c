"""The command line of the training program."""

import argparse
import pathlib

import numpy as np
import safetensors.torch
import torch

import export
import jacobian
import networks
import optimizers
import patches
from training import Recipe, Training

# From nothing to the published files: a denoiser for colour first, which then learns to be at rest in Plug-and-Play, and
# gray from where that ended.
_AT_REST = {
    "optimizer": "adam", "rate": 1e-4, "warmup": 50, "batch": 6, "patch": 64, "pictures": 300, "averaging": 0.995, "precision": "float32",
    "least_sigma": 0.004, "patterns": 0.2, "reconstructions": 4,
}  # fmt: skip
RECIPES = {
    "color-denoiser": Recipe(shape="unet", channels=3, steps=18_000),
    "gray-denoiser": Recipe(shape="unet", channels=1, steps=8_000, rate=1e-3, start="color-denoiser"),
    "color": Recipe(shape="unet", channels=3, steps=4_000, start="color-denoiser", **{**_AT_REST, "reconstructions": 6}),
    "gray": Recipe(shape="unet", channels=1, steps=1_000, start="gray-denoiser", **_AT_REST),
}


def _device(name):
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise SystemExit(f"train: --device {name}: {str(error).splitlines()[0]}") from error
    return device


def _number(least, multiple_of=1):
    """Reads a whole number, for a clear message."""

    def read(text):
        if not text.isdecimal() or int(text) < least or int(text) % multiple_of:
            which = f"a multiple of {multiple_of}" if multiple_of > 1 else "a whole number"
            raise argparse.ArgumentTypeError(f"'{text}': give {which} from {least} on")
        return int(text)

    return read


def _parser():
    parser = argparse.ArgumentParser(prog="train", description="Trains graphrun's denoisers on images that it draws.")
    parser.add_argument("--folder", default="runs/train", help="pictures, checkpoints and logs; default: %(default)s")
    parser.add_argument(
        "--threads", type=_number(1), default=2, help="of the processor; they change last bits; default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)

    pictures = commands.add_parser("pictures", help="draw some of the pictures, to look at them")
    pictures.add_argument("output", help="a PNG file")
    pictures.add_argument("--count", type=_number(1), default=24)
    pictures.add_argument("--first", type=_number(0), default=0)

    train = commands.add_parser("train", help="train and write the weights; goes on where it was stopped")
    train.add_argument("name", choices=RECIPES)
    train.add_argument("--output", help="the .safetensors file; default: graphrun-NAME.safetensors in the folder")
    train.add_argument("--device", default="auto", help="cpu, cuda, cuda:1; default: a GPU where there is one")
    train.add_argument("--until", type=_number(1), help="stop at this step, to be continued")
    train.add_argument("--shape", choices=networks.SHAPES)
    train.add_argument("--optimizer", choices=optimizers.NAMES)
    for number in ["steps", "pictures", "batch"]:
        train.add_argument(f"--{number}", type=_number(1))
    train.add_argument("--seed", type=_number(0))
    train.add_argument("--patch", type=_number(16, multiple_of=4), help=f"side in pixels, up to {patches.SIDE}")
    train.add_argument("--rate", type=float)
    train.add_argument("--start", help="a training, or a .safetensors file, whose weights this one begins with")
    train.add_argument("--scratch", action="store_true", help="begin with seeded weights in any case")
    train.add_argument("--float32", action="store_true", help="no bfloat16 in the convolutions of training")
    train.add_argument("--label", help="name of the checkpoint's folder; default: NAME")

    norms = commands.add_parser("norms", help="spectral norms of a denoiser's Jacobian at images, such as results of runs")
    norms.add_argument("weights", help="a .safetensors file")
    norms.add_argument("images", nargs="+", help=".npy files of 1 × C × height × width")
    norms.add_argument("--sigma", type=float, required=True, help="the noise level that the denoiser is told")
    norms.add_argument("--shape", choices=networks.SHAPES, default="unet")

    fixture = commands.add_parser("fixture", help="write what the engine's test compares")
    fixture.add_argument("name", choices=RECIPES)
    fixture.add_argument("output", help="a folder")
    return parser


def _recipe(options):
    """The recipe of that name with what the command line changes."""
    recipe = RECIPES[options.name]
    given = {
        name: getattr(options, name)
        for name in ["shape", "optimizer", "steps", "pictures", "seed", "batch", "patch", "rate", "start"]
        if getattr(options, name) is not None
    }
    if given.get("patch", 0) > patches.SIDE:
        raise SystemExit(f"train: --patch {given['patch']}: pictures have {patches.SIDE} pixels a side")
    if options.scratch:
        given["start"] = ""
    if options.float32:
        given["precision"] = "float32"
    return Recipe(**{**vars(recipe), **given})


def _checkpoint(options, name):
    """The last checkpoint of the training `name`, on the processor."""
    path = pathlib.Path(options.folder) / name / "checkpoint.pt"
    if not path.exists():
        raise SystemExit(f"train: {path}: there is none yet; run 'train {name}' with this --folder to its end first")
    return torch.load(path, map_location="cpu", weights_only=True)


def _weights_to_begin_with(options, recipe):
    if not recipe.start:
        return None
    if recipe.start.endswith(".safetensors"):
        return safetensors.torch.load_file(recipe.start)
    saved = _checkpoint(options, recipe.start)
    if saved["step"] < saved["recipe"]["steps"]:
        raise SystemExit(
            f"train: '{options.name}' begins where '{recipe.start}' ends, and that is at step {saved['step']} of "
            f"{saved['recipe']['steps']}; go on with 'train {recipe.start}' first, or give --scratch"
        )
    return saved["averaged"]


def _train(options):
    recipe = _recipe(options)
    label = options.label or options.name
    folder = pathlib.Path(options.folder) / label
    # What can be wrong shows before anything is drawn.
    device = _device(options.device)
    start = None if (folder / "checkpoint.pt").exists() else _weights_to_begin_with(options, recipe)
    output = pathlib.Path(options.output or pathlib.Path(options.folder) / f"graphrun-{label}.safetensors")
    output.parent.mkdir(parents=True, exist_ok=True)
    images = patches.store(options.folder, recipe.seed, recipe.pictures, options.threads)
    network = networks.build(recipe.shape, recipe.channels, recipe.seed)
    print(
        f"train: {recipe}\ntrain: {sum(weight.numel() for weight in network.parameters())} parameters, "
        f"{networks.operations_per_pixel(network) / 1e3:.0f} thousand operations a pixel",
        flush=True,
    )
    training = Training(recipe, folder, images, device, start=start)
    weights = training.run(options.until)
    if training.step >= recipe.steps:
        export.write_weights(output, weights, vars(recipe))
        print(f"train: {output}")


def _pictures(options):
    import cv2

    drawn = [patches.picture(RECIPES["color"].seed, options.first + index) for index in range(options.count)]
    across = min(6, options.count)
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % across)
    rows = [np.concatenate(drawn[start : start + across], 1) for start in range(0, len(drawn), across)]
    pathlib.Path(options.output).parent.mkdir(parents=True, exist_ok=True)
    try:
        written = cv2.imwrite(options.output, np.concatenate(rows)[..., ::-1])
    except cv2.error:
        written = False
    if not written:
        raise SystemExit(f"train: {options.output}: cannot be written; give a name that ends in .png, in a folder of yours")


def _norms(options):
    weights = {name: value.float() for name, value in safetensors.torch.load_file(options.weights).items()}
    network = networks.build(options.shape, weights["tail.weight"].shape[0] // 4, 0)
    network.load_state_dict(weights)
    print("norm of I - J, norm of 2 J - I, image")
    for path in options.images:
        image = jacobian.read(path, network.image_channels)
        norms = [jacobian.largest(network, image, options.sigma, *scales) for scales in [(-1, 1), (2, -1)]]
        print(", ".join(f"{norm:.4f}" for norm in norms) + f", {path}", flush=True)


def main():
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    if options.command == "pictures":
        _pictures(options)
    elif options.command == "train":
        _train(options)
    elif options.command == "norms":
        _norms(options)
    else:
        saved = _checkpoint(options, options.name)
        export.write_fixture(options.output, f"graphrun-{options.name}", saved["averaged"], saved["recipe"])
