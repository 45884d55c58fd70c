"""The training loop: Muon, a learning rate that rises and falls, averaged weights, checkpoints, a log."""

import csv
import dataclasses
import math
import os
import pathlib
import time

import torch

import networks
import optimizers
import patches
import plugandplay


@dataclasses.dataclass(frozen=True)
class Recipe:
    """All that determines a training, but for last bits, which also depend on processor and threads."""

    shape: str
    channels: int
    steps: int
    seed: int = 1
    pictures: int = 1200
    batch: int = 12
    patch: int = 80
    rate: float = 2e-3
    warmup: int = 200
    optimizer: str = "muon"
    # Of the convolutions: bfloat16 or float32. Weights are kept in float32 in any case.
    precision: str = "bfloat16"
    greatest_sigma: float = 0.2
    averaging: float = 0.999
    # The name of the training whose weights this one begins with.
    start: str = ""
    # Noise levels are drawn evenly, or, where this is set, half of them evenly on a logarithmic scale from here.
    least_sigma: float = 0.0
    # Parts of the patches that are patterns.
    patterns: float = 0.0
    # Reconstructions that go on beside the training, taken up so many a step; see plugandplay.py.
    reconstructions: int = 0
    # Weights of their distance from the truth, and of what they amplify.
    rest: float = 0.3
    growth: float = 1.0

    def rate_at(self, step):
        """Rises over `warmup` steps, then falls along half a cosine to a hundredth."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        done = (step - self.warmup) / max(self.steps - self.warmup, 1)
        return self.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1))))


LOG_EVERY = 50
VALIDATE_EVERY = 500
SIGMAS = (5, 15, 25, 50)
_FIELDS = ["step", "loss", "rate", "seconds", *(f"psnr_{sigma}" for sigma in SIGMAS), "norm", "excess", "lost", "diverged"]


class Training:
    """A training in a folder: `checkpoint.pt`, `log.csv`. One that was stopped goes on where its checkpoint is."""

    def __init__(self, recipe, folder, images, device, start=None):
        """`start` are weights to begin with, of a network for other images perhaps."""
        self.recipe, self.images, self.device = recipe, images, device
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.network = networks.build(recipe.shape, recipe.channels, recipe.seed)
        if start is not None:
            begin_with(self.network, start)
        self.network = self.network.to(device, memory_format=torch.channels_last)
        self.averaged = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.optimizer = optimizers.build(recipe.optimizer, self.network, recipe.rate)
        # Of the steps since the last row of the log: the sum of their losses.
        self.total, self.excess = 0.0, 0.0
        self.step, self.rows, self.seconds = 0, [], 0.0
        self.pool = None
        if recipe.reconstructions:
            self.pool = plugandplay.Pool(
                [recipe.seed, 0], lambda random: patches.truth(images, random, 48, recipe.channels, recipe.patterns))
        self._resume()
        self.validation = patches.validation(recipe.seed, recipe.channels)

    @property
    def _checkpoint(self):
        return self.folder / "checkpoint.pt"

    def _resume(self):
        if not self._checkpoint.exists():
            return
        saved = torch.load(self._checkpoint, map_location=self.device, weights_only=True)
        own = dataclasses.asdict(self.recipe)
        if saved["recipe"] != own:
            changed = sorted(name for name in own | saved["recipe"] if saved["recipe"].get(name) != own.get(name))
            raise SystemExit(
                f"train: {self._checkpoint} was made with other values of {', '.join(changed)}; "
                "give those, or another --label"
            )
        self.network.load_state_dict(saved["network"])
        self.averaged, self.step, self.total, self.rows, self.seconds = (
            saved["averaged"], saved["step"], saved["total"], saved["rows"], saved["seconds"])  # fmt: skip
        self.optimizer.load_state_dict(saved["optimizer"])
        self.excess = saved["excess"]
        if self.pool:
            self.pool.load_state_dict(saved["pool"])
        print(f"train: going on from step {self.step}", flush=True)

    def _save(self):
        part = self._checkpoint.with_suffix(".part")
        torch.save(
            {
                "recipe": dataclasses.asdict(self.recipe), "network": self.network.state_dict(),
                "averaged": self.averaged, "optimizer": self.optimizer.state_dict(), "step": self.step,
                "total": self.total, "excess": self.excess, "rows": self.rows, "seconds": self.seconds,
                "pool": self.pool.state_dict() if self.pool else None,
            },
            part,
        )  # fmt: skip
        os.replace(part, self._checkpoint)
        with open(self.folder / "log.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, _FIELDS)
            writer.writeheader()
            writer.writerows(self.rows)

    def _loss(self, clean, noisy, sigma):
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.precision == "bfloat16"):
            result = self.network(noisy.contiguous(memory_format=torch.channels_last), sigma)
        error = (result.float() - clean).abs().mean((1, 2, 3))
        # What is left of noise grows about as σ^0.7, so that all levels count alike.
        return (error / (sigma + 0.02) ** 0.7).mean()

    def _add_iteration_gradient(self):
        """Adds what the reconstructions beside the training ask for (see plugandplay.py), no more of it than there is of the
        gradient of denoising: a norm at a few points is a noisy thing, and at times a steep one.
        """
        weights = list(self.network.parameters())
        denoising = [weight.grad.clone() for weight in weights]
        self.network.zero_grad(set_to_none=True)
        runs = self.pool.take(self.recipe.reconstructions)
        self.pool.advance(self.network, runs, 2)
        distances, excess = self.pool.losses(self.network, runs, 0.0)
        self.excess += float(excess.detach().mean())
        (self.recipe.rest * distances.mean() + self.recipe.growth * excess.mean()).backward()
        greatest = float(torch.nn.utils.get_total_norm(denoising))
        torch.nn.utils.clip_grad_norm_(weights, max(greatest, 1e-8))
        for weight, gradient in zip(weights, denoising):
            weight.grad.add_(gradient)

    def run(self, until=None):
        """Trains until the recipe's last step, or step `until`; checkpoints every time it validates."""
        recipe = self.recipe
        last = recipe.steps if until is None else min(until, recipe.steps)
        started = time.monotonic()
        while self.step < last:
            clean, noisy, sigma = (
                part.to(self.device)
                for part in patches.batch(
                    self.images, recipe.seed, self.step, recipe.batch, recipe.patch, recipe.channels,
                    recipe.greatest_sigma, recipe.least_sigma, recipe.patterns)
            )  # fmt: skip
            self.network.zero_grad(set_to_none=True)
            loss = self._loss(clean, noisy, sigma)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            if self.pool:
                self._add_iteration_gradient()
            self.optimizer.step(recipe.rate_at(self.step))
            self.step += 1
            self._average()
            self.total += loss.item()
            if self.step % LOG_EVERY == 0 or self.step == last:
                self.seconds += time.monotonic() - started
                if self.step % LOG_EVERY == 0:
                    self._log()
                if self.step % VALIDATE_EVERY == 0 or self.step == last:
                    self._save()
                started = time.monotonic()
        return self.averaged

    def _log(self):
        row = {"step": self.step, "loss": f"{self.total / LOG_EVERY:.6f}",
               "rate": f"{self.recipe.rate_at(self.step):.3e}", "seconds": f"{self.seconds:.0f}"}  # fmt: skip
        if self.step % VALIDATE_EVERY == 0 or self.step == self.recipe.steps:
            row |= {f"psnr_{sigma}": f"{psnr:.3f}" for sigma, psnr in zip(SIGMAS, self.validate())}
        if self.pool:
            norms = [run.norm for run in self.pool.runs if not run.follows_iteration and math.isfinite(run.norm)]
            row |= {"norm": f"{max(norms, default=0):.4f}", "excess": f"{self.excess / LOG_EVERY:.5f}",
                    "lost": f"{max(self.pool.lost, default=0):.2f}", "diverged": self.pool.diverged}  # fmt: skip
            self.pool.lost, self.pool.diverged = [], 0
        self.total, self.excess = 0.0, 0.0
        self.rows.append(row)
        print("train: " + ", ".join(f"{name} {value}" for name, value in row.items()), flush=True)

    def _average(self):
        # Few steps are averaged over few.
        keep = min(self.recipe.averaging, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                self.averaged[name].lerp_(value, 1 - keep)

    def validate(self):
        """Mean PSNR in dB of the averaged weights on pictures that no step sees, for each of `SIGMAS`."""
        network = networks.build(self.recipe.shape, self.recipe.channels, 0).to(self.device)
        network.load_state_dict(self.averaged)
        network = network.to(memory_format=torch.channels_last)
        clean, noise = (part.to(self.device) for part in self.validation)
        means = []
        for sigma in (level / 255 for level in SIGMAS):
            levels = torch.full((1,), sigma, device=self.device)
            with torch.no_grad():
                results = torch.cat([network(x[None] + sigma * n[None], levels) for x, n in zip(clean, noise)])
            errors = ((results - clean) ** 2).mean((1, 2, 3))
            means.append(float((-10 * torch.log10(errors)).mean()))
        return means


def begin_with(network, weights):
    """Takes over weights of a network for other images; layers that read or write pixels are summed or averaged."""
    own = network.state_dict()
    if set(own) != set(weights):
        raise SystemExit("train: the network to begin with has other layers; give its --shape, or --scratch")
    for name, value in weights.items():
        if own[name].shape == value.shape:
            own[name] = value.float()
        elif name == "head.weight":
            # Pixels of colour come as red, green, blue of each position of the block; gray is all three alike.
            pixels = value.float()[:, :12].reshape(value.shape[0], 3, 4, 3, 3).sum(1)
            own[name] = torch.cat([pixels, value.float()[:, 12:]], 1)
        elif name == "tail.weight":
            own[name] = value.float().reshape(3, 4, value.shape[1], 3, 3).mean(0)
        else:
            raise SystemExit(f"train: '{name}' of the network to begin with has another shape; give --scratch")
    network.load_state_dict(own)
