public import GraphModel
public import Kernels

extension GraphBuilder {
    /// An image denoised tile by tile: nodes `windows`, `denoised` and one of the given id.
    ///
    /// - Parameters:
    ///   - id: Of the node that yields the denoised image.
    ///   - image: `N × C × H × W`.
    ///   - kind: The denoiser.
    ///   - tile: Tiles of that image.
    public func denoised(
        _ id: String, _ image: Value, by kind: some NodeKind, over tile: AxisHandle
    ) -> Value {
        let windows = add("windows", Crop(), image, over: tile)
        return add(id, Blend(), add("denoised", kind, windows, over: tile))
    }

    /// The same with a noise level that is a value, such as a ``Schedule`` or an estimate.
    ///
    /// - Parameter level: σ, a number in units of the image.
    public func denoised(
        _ id: String, _ image: Value, by denoiser: Denoiser, level: Value, over tile: AxisHandle
    ) -> Value {
        let windows = add("windows", Crop(), image, over: tile)
        return add(id, Blend(), add("denoised", DenoiseByMap(denoiser), windows, level, over: tile))
    }
}
