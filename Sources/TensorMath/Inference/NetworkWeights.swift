package import Networks
package import Tensors

/// The weights of a network, brought into the order that convolutions read once, and shared by engines of all sizes.
///
/// Winograd's method keeps them transformed, four times as large (36 numbers for a 3 × 3 kernel), so they are not kept as
/// they were in the file as well: ``dropPlain()`` lets go of them, and they are read again should another order be asked
/// for later.
package final class NetworkWeights {
    /// Weights and bias of a layer in the order of one implementation, with channels up to whole blocks.
    struct Ordered {
        let convolution: DNNLConvolution
        let weights: TensorBuffer
        let bias: TensorBuffer?
    }

    let network: Network
    private let read: () throws -> [String: Tensor]
    private var plain: [String: Tensor]?
    private var ordered: [String: [Ordered]] = [:]

    /// - Parameter read: Gives the tensors by name, the same every time.
    /// - Throws: What `read` throws; ``InferenceError/weights(_:)`` where one is missing or of another shape.
    package init(_ network: Network, read: @escaping () throws -> [String: Tensor]) throws {
        self.network = network
        self.read = read
        let tensors = try read()
        try NetworkWeights.check(tensors, network)
        plain = tensors
    }

    private static func check(_ tensors: [String: Tensor], _ network: Network) throws(InferenceError) {
        for convolution in network.convolutions {
            let count = convolution.inputChannels * convolution.outputChannels * convolution.kernel * convolution.kernel
            guard tensors[convolution.weight]?.type.floatCount == count else { throw .weights(convolution.weight) }
            guard let bias = convolution.bias else { continue }
            guard tensors[bias]?.type.floatCount == convolution.outputChannels else { throw .weights(bias) }
        }
    }

    /// Bytes of the weights and biases that are kept in order.
    package var orderedBytes: Int {
        ordered.values.joined().reduce(0) { sum, own in
            sum + (own.weights.floats.count + (own.bias?.floats.count ?? 0)) * MemoryLayout<Float>.stride
        }
    }

    /// Whether they are kept as they were in the file.
    package var keepsPlain: Bool { plain != nil }

    /// Lets go of the weights as they were in the file, once all engines are made.
    package func dropPlain() {
        plain = nil
    }

    private func tensors() throws(InferenceError) -> [String: Tensor] {
        if let plain { return plain }
        do {
            let again = try read()
            try NetworkWeights.check(again, network)
            plain = again
            return again
        } catch let error as InferenceError {
            throw error
        } catch {
            throw .unreadable("\(error)")
        }
    }

    /// The weights of a layer in the order that `convolution` reads.
    func ordered(
        _ layer: Convolution, transposed: Bool, for convolution: DNNLConvolution
    ) throws(InferenceError) -> Ordered {
        if let known = ordered[layer.weight]?.first(where: { convolution.readsWeights(as: $0.convolution) }) {
            return known
        }
        let tensors = try tensors()
        let plain = padded(tensors[layer.weight]?.values ?? [], layer, transposed: transposed)
        let weights = TensorBuffer(floatCount: (convolution.weightsBytes + 3) / 4)
        guard let from = plain.floats.baseAddress, let to = weights.floats.baseAddress else {
            throw .weights(layer.weight)
        }
        try convolution.order(from, into: to)
        let made = Ordered(
            convolution: convolution, weights: weights, bias: layer.bias.map { paddedBias(tensors[$0]?.values ?? []) })
        ordered[layer.weight, default: []].append(made)
        return made
    }

    /// Weights with zeros for the channels that fill up blocks.
    private func padded(_ values: [Float], _ layer: Convolution, transposed: Bool) -> TensorBuffer {
        let (rows, columns) =
            transposed ? (layer.inputChannels, layer.outputChannels) : (layer.outputChannels, layer.inputChannels)
        let area = layer.kernel * layer.kernel
        let buffer = TensorBuffer(floatCount: blocked(rows) * blocked(columns) * area)
        for row in 0..<rows {
            let from = row * columns * area
            let to = row * blocked(columns) * area
            for index in 0..<columns * area { buffer.floats[to + index] = values[from + index] }
        }
        return buffer
    }

    private func paddedBias(_ values: [Float]) -> TensorBuffer {
        let buffer = TensorBuffer(floatCount: blocked(values.count))
        for (index, value) in values.enumerated() { buffer.floats[index] = value }
        return buffer
    }

    private func blocked(_ channels: Int) -> Int {
        (channels + DNNLContext.block - 1) / DNNLContext.block * DNNLContext.block
    }
}
