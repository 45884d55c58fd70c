public import GraphModel
public import Kernels
public import Tensors

/// What `exact` tiles promise of a denoiser, or of any kind that says how far it looks.
public enum TileChecks {
    /// The largest difference between an image that a kind computed in `exact` tiles and one that it computed whole. It is 0
    /// for a kind that looks no farther than it says, and whose bits do not depend on the shape that it is given.
    ///
    /// - Parameters:
    ///   - image: `N × C × H × W`.
    ///   - tile: Side of a tile, in pixels.
    ///   - folder: Where the kind's files are.
    /// - Throws: what is wrong with the kind's settings for such an image, or what its kernel throws.
    public static func largestDifference<Kind: NodeKind & HasReceptiveField>(
        _ kind: Kind, on image: Tensor, tile: Int, folder: String = "", catalog: KernelCatalog
    ) throws -> Float {
        let values = try KernelEvaluation(["image": image], folder: folder, catalog: catalog) { g in
            let image = g.load("image")
            g.keep("whole", kind, image)
            let tiles = g.tiles(
                "tile", of: image, mode: Setting(.exact), size: Setting(tile), overlap: 0, denoiser: kind)
            g.keep("tiled", Blend(), g.add("parts", kind, g.add("windows", Crop(), image, over: tiles), over: tiles))
        }
        let (whole, tiled) = (values["whole"].values, values["tiled"].values)
        guard whole.count == tiled.count else { return .infinity }
        return zip(whole, tiled).reduce(0) { largest, pair in
            // NaN is smaller than nothing to `max`.
            let difference = abs(pair.0 - pair.1)
            return difference <= largest ? largest : difference.isNaN ? .infinity : difference
        }
    }
}
