public import GraphModel
public import Kernels
internal import Tensors

// What most reconstructions have in common, as parameters that `--set` changes.

extension GraphBuilder {
    /// The denoiser that the parameters `denoiser`, `weights`, `tv-weight`, `tv-iterations` and `convolutions` choose: the bundled
    /// one for the image's channels, another by name, or any network by its weights.
    public func denoiserOfParameters() -> Denoiser {
        Denoiser(
            choice(
                "denoiser", DenoiserChoice.auto,
                "the denoiser, where no weights are given; auto: the bundled one for the image's channels"),
            weights: path("weights", "", "weights of a network (.safetensors), instead of the denoiser that is named"),
            tvWeight: number("tv-weight", 0.5, in: 0...100, "total variation: λ = tv-weight · σ"),
            tvIterations: integer("tv-iterations", 60, in: 1...100_000, "iterations of total variation"),
            convolutions: choice("convolutions", ConvolutionChoice.auto, "how a network's convolutions are computed"))
    }

    /// The tiles of a value that the parameters `tiles`, `tile` and `overlap` choose, an axis called `tile`.
    ///
    /// - Parameter denoiser: What the windows of `exact` tiles are for.
    public func tilesOfParameters(of value: Value, for denoiser: any HasReceptiveField) -> AxisHandle {
        tiles(
            "tile", of: value,
            mode: choice("tiles", TileMode.exact, "how tiles are cut and put together"),
            size: integer(
                "tile", 256, in: 1...1_000_000, unit: "pixels", "side of a tile without halo; the image's for none"),
            overlap: integer("overlap", 64, in: 0...1_000_000, unit: "pixels", "halo of 'paste' and 'blend' tiles"),
            denoiser: denoiser)
    }

    /// How the files of images are read, by the parameters `layout` and `range`.
    public func imageFormOfParameters() -> ImageForm {
        ImageForm(
            layout: choice(
                "layout", Load.Layout.image, among: Load.Layout.ofImages,
                "the axes of an array: hwc, chw or as they look"),
            range: range("range", .auto, "the numbers that are black and white in a file, such as 0..255"))
    }

    /// The stopping rule that the parameter `tolerance` chooses: a run has converged where iterations change x by less than
    /// that.
    ///
    /// - Parameter residual: A metric, of which less is better.
    public func stopByTolerance(_ residual: Value) {
        let tolerance = number(
            "tolerance", 1e-4, in: 0...1, "relative change of x below which the run ends early; 0 for all iterations")
        stop(when: residual, below: tolerance, for: 5)
    }
}

/// An image, or measurements, as its file is to be read.
public struct ImageForm: Sendable {
    /// How the axes of an array are taken.
    public let layout: Setting<Load.Layout>
    /// The numbers that stand for black and white.
    public let range: Setting<ValueRange>

    /// - Parameters:
    ///   - layout: How the axes of an array are taken.
    ///   - range: The numbers that stand for 0 and 1.
    public init(layout: Setting<Load.Layout>, range: Setting<ValueRange>) {
        self.layout = layout
        self.range = range
    }

    /// The kind that reads the file at `path`.
    public func load(_ path: Setting<String>) -> Load {
        Load(path, as: layout, range: range)
    }
}
