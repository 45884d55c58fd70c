public import GraphModel
internal import Kernels

extension GraphBuilder {
    /// The discrepancy `√( Σ_i ‖A_i x − y_i‖² / Σ_i m_i σ_i² )` of m_i measurements with noise of standard deviation σ_i: 1 where
    /// x explains them as well as the noise allows. Morozov's principle (1966) is to end a run there:
    ///
    /// ```swift
    /// g.metric(discrepancy)
    /// g.stop(when: discrepancy, below: 1, for: 1)
    /// ```
    ///
    /// - Parameters:
    ///   - data: The data term.
    ///   - x: The image.
    ///   - noise: σ, a number, or one for each index of the axis of the stack; of complex measurements the standard deviation of
    ///     the complex number.
    public func discrepancy(_ id: String, of data: DataTerm, at x: Value, noise: Value) -> Value {
        let blank = add("\(id)-blank", Zeros(), data.measurements, over: data.shard)
        let level = add("\(id)-level", Arithmetic(.add), blank, noise, over: data.shard)
        let squares = add("\(id)-squares", InnerProduct(), level, level, over: data.shard)
        let expected = data.shard == nil ? squares : add("\(id)-expected", Sum(), squares)
        let found = add("\(id)-found", Scale(2), value("\(id)-misfit", of: data, at: x))
        return add(id, Function(.squareRoot), add("\(id)-ratio", Arithmetic(.divide), found, expected))
    }

    /// The root mean square of the noise levels of the measurements, estimated before the loop (Donoho and Johnstone 1994): a
    /// number in their units. It takes noise for white.
    ///
    /// - Parameter count: How many measurements there are; 1 where the stack has no axis.
    public func estimatedNoise(_ id: String, of data: DataTerm, count: Int = 1) -> Value {
        guard let shard = data.shard else { return add(id, NoiseLevel(), data.measurements) }
        let levels = add("\(id)-levels", NoiseLevel(), data.measurements, over: shard)
        let squares = add("\(id)-squares", Function(.square), levels, over: shard)
        let mean = add("\(id)-mean", Scale(Setting(1 / Double(max(1, count)))), add("\(id)-sum", Sum(), squares))
        return add(id, Function(.squareRoot), mean)
    }

    /// What a denoiser yields that was trained on values in [0, 1], on an image of another scale: `s · D(x / s)`, with a noise
    /// level in units of the scaled image.
    ///
    /// - Parameters:
    ///   - scale: s, a number that is there before the loop, such as the largest magnitude of a first image.
    ///   - denoise: Adds the nodes that yield D.
    public func denoisedOnUnitScale(
        _ id: String, _ image: Value, scale: Value, denoise: (Value) -> Value
    ) -> Value {
        let unit = add("\(id)-unit", Arithmetic(.divide), image, scale)
        return add(id, Arithmetic(.multiply), denoise(unit), scale)
    }
}
