"""The training program: what it draws, and that a training that was stopped goes on as if it had not been."""

import csv
import pathlib
import sys
import tempfile
import unittest

try:
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Tools" / "train"))
    import cv2  # noqa: F401
    import numpy
    import torch

    import export
    import jacobian
    import networks
    import optimizers
    import patches
    import pictures.patterns
    import plugandplay
    import training

    torch.optim.Muon
except (ImportError, AttributeError) as error:
    raise unittest.SkipTest(f"the training program's packages are not here: {error}")


class Pictures(unittest.TestCase):
    def test_a_picture_depends_on_seed_and_number_alone(self):
        first = patches.picture(7, 3, side=64)
        patches.picture(7, 4, side=64)
        self.assertTrue((patches.picture(7, 3, side=64) == first).all())
        self.assertFalse((patches.picture(7, 4, side=64) == first).all())
        self.assertFalse((patches.picture(8, 3, side=64) == first).all())

    def test_pictures_use_their_range_and_have_edges(self):
        drawn = numpy.stack([patches.picture(1, index, side=128) for index in range(12)]) / 255
        self.assertGreater(drawn.std(axis=(1, 2, 3)).mean(), 0.08)
        steps = numpy.diff(patches.gray(drawn * 255)[..., 0], axis=2)
        # Natural images have many small differences and few large ones: far more than a Gaussian's 3.
        self.assertGreater(((steps / steps.std()) ** 4).mean(), 8)

    def test_a_batch_depends_on_seed_and_step_alone(self):
        images = numpy.stack([patches.picture(1, index) for index in range(2)])
        for channels in (1, 3):
            first = patches.batch(images, 1, 5, 4, 32, channels, 0.2)
            patches.batch(images, 1, 6, 4, 32, channels, 0.2)
            for one, other in zip(first, patches.batch(images, 1, 5, 4, 32, channels, 0.2)):
                self.assertTrue(torch.equal(one, other))
            clean, noisy, sigma = first
            self.assertEqual(clean.shape, (4, channels, 32, 32))
            spread = (noisy - clean).std((1, 2, 3))
            self.assertTrue(torch.allclose(spread, sigma, rtol=0.15, atol=1e-4))


class PlugAndPlay(unittest.TestCase):
    def truths(self, random):
        return patches.truth(self.images, random, 48, 3, 0.5)

    def setUp(self):
        self.images = numpy.stack([patches.picture(1, index) for index in range(2)])

    def test_patterns_are_pictures(self):
        for index in range(40):
            drawn = pictures.patterns.draw(numpy.random.default_rng(index), 48)
            self.assertEqual(drawn.shape, (48, 48, 3))
            self.assertEqual(drawn.dtype, numpy.float32)
            self.assertTrue((drawn >= 0).all() and (drawn <= 1).all())

    def test_a_descent_lowers_what_it_descends_on(self):
        # With the identity for a denoiser the iteration is gradient descent, which converges for these steps.
        pool = plugandplay.Pool([1], self.truths, size=8)
        identity = lambda x, sigma: x  # noqa: E731
        before = [run.psnr for run in pool.runs]
        pool.advance(identity, pool.runs, 30)
        self.assertTrue(all(run.psnr > first for run, first in zip(pool.runs, before)))
        self.assertEqual({run.age for run in pool.runs}, {30})

    def test_norms_are_those_of_a_known_map(self):
        # Of x ↦ 1.25 x both norms are known: J = 1.25, 2 J − I = 1.5.
        pool = plugandplay.Pool([1], self.truths, size=8)
        grows = lambda x, sigma: 1.25 * x  # noqa: E731
        distances, excess = pool.losses(grows, pool.runs, 0.0)
        for run, found in zip(pool.runs, excess.tolist()):
            self.assertAlmostEqual(found, 0.25 if run.follows_iteration else 0.5, places=3)
            self.assertAlmostEqual(run.norm, found + 1, places=5)
        image = torch.rand(1, 3, 16, 16)
        self.assertAlmostEqual(jacobian.largest(grows, image, 0.1, -1, 1, iterations=3), 0.25, places=5)
        self.assertAlmostEqual(jacobian.largest(grows, image, 0.1, 2, -1, iterations=3), 1.5, places=5)


class Networks(unittest.TestCase):
    def test_twice_the_image_and_noise_give_twice_the_result(self):
        for name in networks.SHAPES:
            network = networks.build(name, 3, 1)
            image, sigma = torch.rand(1, 3, 32, 24), torch.tensor([0.1])
            with torch.no_grad():
                self.assertTrue(torch.equal(network(2 * image, 2 * sigma), 2 * network(image, sigma)))

    def test_operations_are_those_of_the_layers(self):
        network = networks.Chain(3, width=8, depth=3)
        self.assertEqual(networks.operations_per_pixel(network), 2 * 9 * (13 * 8 + 8 * 8 + 8 * 12) / 4)


class Training(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)
        self.images = numpy.stack([patches.picture(1, index) for index in range(2)])
        # What a training logs and validates is little here.
        self.addCleanup(setattr, training, "LOG_EVERY", training.LOG_EVERY)
        training.LOG_EVERY = 5
        validation = patches.validation
        self.addCleanup(setattr, patches, "validation", validation)
        patches.validation = lambda seed, channels: validation(seed, channels, count=1, side=64)

    def train(self, folder, recipe, *stops):
        """In as many parts as there are stops; the last goes to the end."""
        for stop in (*stops, None):
            run = training.Training(recipe, folder, self.images, torch.device("cpu"))
            weights = run.run(stop)
        with open(pathlib.Path(folder) / "log.csv", newline="") as file:
            rows = [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]
        return rows, weights

    def test_a_stopped_training_goes_on_as_if_it_had_not_been(self):
        for optimizer in optimizers.NAMES:
            recipe = training.Recipe(
                "unet", 3, steps=20, batch=2, patch=32, warmup=5, optimizer=optimizer, precision="float32")
            with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as parts:
                rows, weights = self.train(whole, recipe)
                again, resumed = self.train(parts, recipe, 5, 7, 15)
            self.assertEqual(len(rows), 4)
            self.assertEqual(rows, again)
            for name, value in weights.items():
                self.assertTrue(torch.equal(value, resumed[name]), name)

    def test_reconstructions_beside_it_go_on_too(self):
        recipe = training.Recipe(
            "unet", 3, steps=10, batch=2, patch=32, warmup=5, precision="float32", least_sigma=0.004, patterns=0.5,
            reconstructions=2)
        with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as parts:
            rows, weights = self.train(whole, recipe)
            again, resumed = self.train(parts, recipe, 3, 7)
        self.assertEqual(rows, again)
        self.assertNotEqual(rows[-1]["norm"], "")
        for name, value in weights.items():
            self.assertTrue(torch.equal(value, resumed[name]), name)

    def test_another_recipe_does_not_go_on(self):
        recipe = training.Recipe("chain", 3, steps=5, batch=2, patch=32)
        with tempfile.TemporaryDirectory() as folder:
            self.train(folder, recipe)
            with self.assertRaisesRegex(SystemExit, "made with other values of seed; give those, or another --label"):
                self.train(folder, training.Recipe("chain", 3, steps=5, batch=2, patch=32, seed=2))

    def test_gray_begins_where_colour_ended(self):
        colour, gray = networks.build("unet", 3, 1), networks.build("unet", 1, 2)
        training.begin_with(gray, colour.state_dict())
        image, sigma = torch.rand(1, 1, 32, 32), torch.tensor([0.1])
        with torch.no_grad():
            expected = colour(image.expand(1, 3, 32, 32), sigma).mean(1, keepdim=True)
            self.assertTrue(torch.allclose(gray(image, sigma), expected, atol=1e-5))

    def test_what_is_written_is_float16_and_complete(self):
        import safetensors.torch

        network = networks.build("unet", 1, 1)
        recipe = {"shape": "unet", "channels": 1, "steps": 0, "seed": 1}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "w.safetensors"
            export.write_weights(path, network.state_dict(), recipe)
            written = safetensors.torch.load_file(path)
            self.assertEqual(set(written), set(network.state_dict()))
            self.assertTrue(all(value.dtype == torch.float16 for value in written.values()))
            export.write_fixture(folder, "x", network.state_dict(), recipe)
            network.load_state_dict({name: value.float() for name, value in written.items()})
            noisy = torch.from_numpy(numpy.load(pathlib.Path(folder) / "x-noisy.npy"))
            with torch.no_grad():
                result = network(noisy, torch.tensor([0.1])).numpy()
            self.assertTrue((result == numpy.load(pathlib.Path(folder) / "x-denoised.npy")).all())


if __name__ == "__main__":
    unittest.main()
