/// What running a network on images of one size amounts to; nothing here asks oneDNN, so that a plan can be made anywhere.
package struct NetworkWork: Hashable, Sendable {
    /// Convolutions that are equally fast for each operation.
    package struct Convolutions: Hashable, Sendable {
        /// Channels that they read or write, whichever are fewer.
        package let channels: Int
        /// Whether Winograd's method computes them, where it is asked for.
        package let suitWinograd: Bool
    }

    /// Floating-point operations, two for each product, as if all were computed directly; where Winograd's method suits,
    /// for all pixels of the 4 × 4 tiles that it computes.
    package private(set) var convolutions: [Convolutions: Double] = [:]
    /// Bytes that are read and written between convolutions: pixels shuffled, activations added.
    package private(set) var bytes = 0.0

    /// - Parameters:
    ///   - height: A multiple of the network's stride, as `width`.
    package init(_ network: Network, batch: Int, height: Int, width: Int) {
        guard
            let plan = try? ActivationPlan(
                network, batch: batch, height: height, width: width, block: Network.block)
        else { return }
        for step in plan.steps {
            switch step {
            case .convolve(let layer, let transposed, _, let target, _):
                // Every pixel of a transposed convolution's output comes from one of its input's.
                let taps = transposed ? 1 : layer.kernel * layer.kernel
                let own = Convolutions(
                    channels: min(layer.inputChannels, layer.outputChannels),
                    suitWinograd: layer.suitsWinograd && !transposed)
                let products = Double(taps * layer.inputChannels * layer.outputChannels)
                let side = own.suitWinograd ? 4 : 1
                let pixels = batch * rounded(target.height, to: side) * rounded(target.width, to: side)
                convolutions[own, default: 0] += 2 * products * Double(pixels)
            case .add(_, _, let target): bytes += 3 * bytes(of: target, batch)
            case .pack(_, _, let activation), .unpack(_, let activation): bytes += 2 * bytes(of: activation, batch)
            }
        }
    }

    private func rounded(_ extent: Int, to side: Int) -> Int {
        (extent + side - 1) / side * side
    }

    private func bytes(of activation: ActivationPlan.Activation, _ batch: Int) -> Double {
        4 * Double(batch * activation.channels * activation.height * activation.width)
    }
}
