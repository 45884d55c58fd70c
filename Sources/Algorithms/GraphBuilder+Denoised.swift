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

    /// A denoiser made equivariant on average (Terris et al. 2024): the image is turned or reflected at random, denoised, and
    /// turned back, another way in each iteration.
    ///
    /// - Parameters:
    ///   - id: Of the node that yields the denoised image.
    ///   - seed: Of the turns.
    ///   - denoise: Adds the nodes that denoise the turned image.
    public func denoisedEquivariantly(
        _ id: String, _ image: Value, seed: Setting<Int> = 0, denoise: (Value) -> Value
    ) -> Value {
        add(id, TurnBack(seed: seed), denoise(add("\(id)-turned", RandomTurn(seed: seed), image)))
    }
}
