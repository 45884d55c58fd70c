import GraphModel
import Kernels
import Tensors

/// The denoiser that parameters choose: the bundled one for the image's channels, another by name, or any network by its
/// weights.
func denoiser(_ g: GraphBuilder) -> Denoiser {
    Denoiser(
        g.choice(
            "denoiser", DenoiserChoice.auto,
            "the denoiser, where no weights are given; auto: the bundled one for the image's channels"),
        weights: g.path("weights", "", "weights of a network (.safetensors), instead of the denoiser that is named"),
        tvWeight: g.number("tv-weight", 0.5, in: 0...100, "total variation: λ = tv-weight · σ"),
        tvIterations: g.integer("tv-iterations", 60, in: 1...100_000, "iterations of total variation"),
        convolutions: g.choice("convolutions", ConvolutionChoice.auto, "how a network's convolutions are computed"))
}

/// The tiles that parameters choose.
func tiles(_ g: GraphBuilder, of value: Value, _ denoiser: Denoiser) -> AxisHandle {
    g.tiles(
        "tile", of: value,
        mode: g.choice("tiles", TileMode.exact, "how tiles are cut and put together"),
        size: g.integer(
            "tile", 256, in: 1...1_000_000, unit: "pixels", "side of a tile without halo; the image's for none"),
        overlap: g.integer("overlap", 64, in: 0...1_000_000, unit: "pixels", "halo of 'paste' and 'blend' tiles"),
        denoiser: denoiser)
}
