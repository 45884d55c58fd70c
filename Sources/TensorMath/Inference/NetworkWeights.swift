package import Networks
package import Tensors

/// The weights of a network, brought into the order that convolutions read once, and shared by engines of all sizes.
package final class NetworkWeights {
    /// Weights and bias of a layer in the order of one implementation, with channels up to whole blocks.
    struct Ordered {
        let convolution: DNNLConvolution
        let weights: TensorBuffer
        let bias: TensorBuffer?
    }

    let network: Network
    private let tensors: [String: Tensor]
    private var ordered: [String: [Ordered]] = [:]

    /// - Throws: ``InferenceError/weights(_:)`` where one is missing or of another shape.
    package init(_ network: Network, _ tensors: [String: Tensor]) throws(InferenceError) {
        for convolution in network.convolutions {
            let count = convolution.inputChannels * convolution.outputChannels * convolution.kernel * convolution.kernel
            guard tensors[convolution.weight]?.type.floatCount == count else { throw .weights(convolution.weight) }
            guard let bias = convolution.bias else { continue }
            guard tensors[bias]?.type.floatCount == convolution.outputChannels else { throw .weights(bias) }
        }
        self.network = network
        self.tensors = tensors
    }

    /// The weights of a layer in the order that `convolution` reads.
    func ordered(
        _ layer: Convolution, transposed: Bool, for convolution: DNNLConvolution
    ) throws(InferenceError) -> Ordered {
        if let known = ordered[layer.weight]?.first(where: { convolution.readsWeights(as: $0.convolution) }) {
            return known
        }
        let plain = padded(layer, transposed: transposed)
        let weights = TensorBuffer(floatCount: (convolution.weightsBytes + 3) / 4)
        guard let from = plain.floats.baseAddress, let to = weights.floats.baseAddress else {
            throw .weights(layer.weight)
        }
        try convolution.order(from, into: to)
        let made = Ordered(convolution: convolution, weights: weights, bias: layer.bias.map(paddedBias))
        ordered[layer.weight, default: []].append(made)
        return made
    }

    /// Weights with zeros for the channels that fill up blocks.
    private func padded(_ layer: Convolution, transposed: Bool) -> TensorBuffer {
        let (rows, columns) =
            transposed ? (layer.inputChannels, layer.outputChannels) : (layer.outputChannels, layer.inputChannels)
        let area = layer.kernel * layer.kernel
        let buffer = TensorBuffer(floatCount: blocked(rows) * blocked(columns) * area)
        let values = tensors[layer.weight]?.values ?? []
        for row in 0..<rows {
            let from = row * columns * area
            let to = row * blocked(columns) * area
            for index in 0..<columns * area { buffer.floats[to + index] = values[from + index] }
        }
        return buffer
    }

    private func paddedBias(_ name: String) -> TensorBuffer {
        let values = tensors[name]?.values ?? []
        let buffer = TensorBuffer(floatCount: blocked(values.count))
        for (index, value) in values.enumerated() { buffer.floats[index] = value }
        return buffer
    }

    private func blocked(_ channels: Int) -> Int {
        (channels + DNNLContext.block - 1) / DNNLContext.block * DNNLContext.block
    }
}
