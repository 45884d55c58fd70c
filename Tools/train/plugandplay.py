"""Plug-and-Play iterations that run beside a training, so that the denoiser learns to be at rest in them.

A denoiser that is only trained on clean images with noise meets other things within an iteration: its own errors, again
and again. What it amplifies there by a thousandth, a thousand iterations blow up. Here a pool of reconstructions

    z = x − τ · Σ_i A_iᵀ(A_i x − y_i),   x ← D(z, σ)

goes on while the denoiser D is trained, each with operators, step and noise levels of its own, and every step penalises,
at the points z where they are,

- the distance of D(z) from the truth, as deep equilibrium models do (Gilton, Ongie and Willett, IEEE TCI 2021, with the
  Jacobian of the fixed point left out: Fung et al., AAAI 2022);
- the spectral norm of 2J − I above 1, where J is the Jacobian of D at z: where it is at most 1, D is firmly nonexpansive and
  the iteration converges for every step below 2/‖Σ AᵀA‖ (Pesquet, Repetti, Terris and Wiaux, SIAM J. Imaging Sci. 2021). The
  singular vector comes from a power iteration that goes on from step to step, as z moves little;
- growth of the perturbation that the iteration itself amplifies most: ‖J v‖ above ‖v‖, for v that the linearised iteration
  has carried along.
"""

import math

import numpy as np
import torch

# Of a perturbation, the root mean square of its entries: far above rounding, far below any noise level.
_SMALL = 1e-3


class _Problem:
    """Operators and measurements of one reconstruction: blurs by Fourier transforms, or masks."""

    def __init__(self, random, truth):
        side, count = truth.shape[-1], int(random.integers(1, 5))
        self.truth = truth
        noise = random.uniform(0.003, 0.06, count)
        if random.random() < 0.8:
            kernels = np.stack([_gaussian(random, side) for _ in range(count)])
            self._spectra = torch.from_numpy(np.fft.rfft2(kernels).astype(np.complex64))
            forward = torch.fft.irfft2(torch.fft.rfft2(truth)[None] * self._spectra[:, None], s=(side, side))
            self._normal = (self._spectra.abs() ** 2).sum(0)
            bound = float(self._normal.max())
        else:
            masks = torch.from_numpy((random.random((count, side, side)) < random.uniform(0.2, 0.9)).astype(np.float32))
            self._spectra, self._masks = None, masks
            forward = truth[None] * masks[:, None]
            bound = float(masks.sum(0).max())
        y = forward + torch.from_numpy(
            (noise[:, None, None, None] * random.standard_normal(forward.shape)).astype(np.float32))
        if self._spectra is None:
            y = y * self._masks[:, None]
            self._back = y.sum(0)
        else:
            self._back = (torch.fft.rfft2(y) * self._spectra.conj()[:, None]).sum(0)
        self.step = float(random.uniform(0.3, 1.9) / max(bound, 1e-3))
        if random.random() < 0.5:
            self.step = 1.5 / max(bound, 1e-3)  # The default of the graph `pnp`.
        self.sigma = float(np.exp(random.uniform(np.log(0.005), np.log(0.06))))
        if random.random() < 0.5:
            self.sigma = float(random.choice([0.01, 0.014, 0.02]))  # 0.02 is that of the graph `pnp`.

    def descend(self, x):
        """x − τ Aᵀ(A x − y)"""
        if self._spectra is None:
            return x - self.step * (self._masks.sum(0) * x - self._back)
        gradient = torch.fft.irfft2(torch.fft.rfft2(x) * self._normal - self._back, s=x.shape[-2:])
        return x - self.step * gradient

    def carry(self, v):
        """(I − τ AᵀA) v"""
        if self._spectra is None:
            return v - self.step * self._masks.sum(0) * v
        return v - self.step * torch.fft.irfft2(torch.fft.rfft2(v) * self._normal, s=v.shape[-2:])


def _gaussian(random, side):
    """A normalised Gaussian around the origin, of two widths and any direction."""
    at = np.fft.fftfreq(side, 1 / side)
    rows, columns = np.meshgrid(at, at, indexing="ij")
    wide, narrow = np.exp(random.uniform(np.log(0.6), np.log(3), 2))
    angle = random.uniform(0, np.pi)
    along = rows * np.cos(angle) + columns * np.sin(angle)
    across = columns * np.cos(angle) - rows * np.sin(angle)
    kernel = np.exp(-0.5 * ((along / wide) ** 2 + (across / narrow) ** 2))
    return kernel / kernel.sum()


class _Run:
    """One reconstruction under way: its image and a perturbation that is followed."""

    def __init__(self, random, truth):
        self.problem = _Problem(random, truth)
        self.x = torch.zeros_like(truth)
        self.age, self.lifetime = 0, int(np.exp(random.uniform(np.log(60), np.log(1500))))
        # Half of them follow what the iteration amplifies, half what 2J − I does.
        self.follows_iteration = bool(random.random() < 0.5)
        self.direction = _unit(torch.from_numpy(random.standard_normal(truth.shape).astype(np.float32)))
        self.norm = math.nan
        self.best = -math.inf

    @property
    def psnr(self):
        return float(-10 * torch.log10(((self.x - self.problem.truth) ** 2).mean() + 1e-20))

    @property
    def is_over(self):
        return self.age >= self.lifetime or not bool(self.x.abs().max() < 5)


def _plain(state):
    """The state of a generator without arrays, which checkpoints do not hold."""
    if isinstance(state, dict):
        return {name: _plain(value) for name, value in state.items()}
    return [int(value) for value in state] if isinstance(state, np.ndarray) else state


def _arrays(state):
    if isinstance(state, dict):
        return {name: _arrays(value) for name, value in state.items()}
    return np.array(state, np.uint64) if isinstance(state, list) else state


def _unit(v):
    return v / (v.norm() + 1e-20)


def _root_mean_square(v):
    return v.norm() / math.sqrt(v.numel())


class Pool:
    """Reconstructions that go on beside a training."""

    def __init__(self, seed, truths, size=36):
        """`truths(random)` draws a clean image of `C × side × side`."""
        self._random = np.random.Generator(np.random.Philox(np.random.SeedSequence([*seed, 4])))
        self._truths = truths
        self.runs = [self._fresh() for _ in range(size)]
        self._next = 0
        # How runs ended, for the log: decibels lost from their best, and how many left all bounds.
        self.lost, self.diverged = [], 0

    def _fresh(self):
        return _Run(self._random, self._truths(self._random))

    def take(self, count):
        chosen = [(self._next + offset) % len(self.runs) for offset in range(count)]
        self._next = (self._next + count) % len(self.runs)
        for index in chosen:
            run = self.runs[index]
            if run.is_over:
                self.lost.append(run.best - run.psnr)
                self.diverged += not bool(run.x.abs().max() < 5)
                self.runs[index] = self._fresh()
        return [self.runs[index] for index in chosen]

    def state_dict(self):
        """All that `load_state_dict` needs to go on as if nothing had happened, of tensors and plain values."""
        own = {"random": _plain(self._random.bit_generator.state), "next": self._next, "lost": self.lost,
               "diverged": self.diverged}  # fmt: skip
        runs = [vars(run) | {"problem": vars(run.problem)} for run in self.runs]
        return own | {"runs": runs}

    def load_state_dict(self, state):
        self._random.bit_generator.state = _arrays(state["random"])
        self._next, self.lost, self.diverged = state["next"], state["lost"], state["diverged"]
        for run, saved in zip(self.runs, state["runs"], strict=True):
            problem = _Problem.__new__(_Problem)
            vars(problem).update(saved["problem"])
            vars(run).update(saved | {"problem": problem})

    def advance(self, network, runs, times):
        """Iterates without training."""
        sigma = torch.tensor([run.problem.sigma for run in runs])
        with torch.no_grad():
            for _ in range(times):
                z = torch.stack([run.problem.descend(run.x) for run in runs])
                for run, x in zip(runs, network(z, sigma)):
                    run.x, run.age = x, run.age + 1

    def losses(self, network, runs, margin):
        """One iteration of `runs`: the distance from the truth of each, and what its perturbation exceeds 1 by."""
        sigma = torch.tensor([run.problem.sigma for run in runs])
        with torch.no_grad():
            z = torch.stack([run.problem.descend(run.x) for run in runs])
            directions = [
                _unit(run.problem.carry(run.direction)) if run.follows_iteration else run.direction for run in runs]
            v = torch.stack(directions)
            amounts = torch.stack([_SMALL / _root_mean_square(d) for d in directions]).view(-1, 1, 1, 1)
        both = network(torch.cat([z, z + amounts * v]), torch.cat([sigma, sigma]))
        result, moved = both.chunk(2)
        carried = (moved - result) / amounts
        follows = torch.tensor([run.follows_iteration for run in runs]).view(-1, 1, 1, 1)
        image = torch.where(follows, carried, 2 * carried - v)
        norms = image.flatten(1).norm(dim=1)
        self._follow(network, runs, z, sigma, image.detach(), norms.detach(), result.detach())
        excess = torch.relu(norms - (1 - margin))
        truth = torch.stack([run.problem.truth for run in runs])
        return (result - truth).abs().mean((1, 2, 3)) / (sigma + 0.02) ** 0.7, excess

    def _follow(self, network, runs, z, sigma, image, norms, result):
        """Takes images and directions on to the next iteration."""
        others = [index for index, run in enumerate(runs) if not run.follows_iteration]
        back = {}
        if others:
            at = z[others].requires_grad_()
            (gradient,) = torch.autograd.grad(network(at, sigma[others]), at, image[others])
            back = dict(zip(others, 2 * gradient - image[others]))
        for index, run in enumerate(runs):
            run.direction = _unit(back.get(index, image[index]))
            run.norm = float(norms[index])
            run.x, run.age = result[index], run.age + 1
            run.best = max(run.best, run.psnr)
