internal import Tensors

/// Names and shapes of weights that are read as those of one architecture.
struct StateDictionary {
    /// The architecture, for messages.
    let network: String
    let shapes: [String: Shape]

    func contains(_ name: String) -> Bool { shapes[name] != nil }

    /// Output and input channels of a convolution's weights.
    ///
    /// - Throws: ``NetworkError`` where there are none of that name, or they have other than four axes.
    func channels(of name: String) throws(NetworkError) -> (out: Int, in: Int) {
        guard let shape = shapes[name] else { throw .missing(network: network, name: name) }
        guard shape.rank == 4, shape.count > 0 else { throw mismatch(name, expected: "out × in × k × k") }
        return (shape[0], shape[1])
    }

    /// Name of the bias of layer `name`, if it has one.
    func bias(of name: String) -> String? {
        contains("\(name).bias") ? "\(name).bias" : nil
    }

    func mismatch(_ name: String, expected: String) -> NetworkError {
        .shape(network: network, name: name, found: "\(shapes[name] ?? [])", expected: expected)
    }

    /// Every layer's weights are there and of the right shape, and none are left over: a layer that was overlooked would
    /// change the result in silence.
    func check(_ network: Network) throws(NetworkError) {
        var names: Set<String> = []
        for layer in network.layers {
            let expected: Shape
            let convolution: Convolution
            switch layer {
            case .convolution(let own):
                convolution = own
                expected = [own.outputChannels, own.inputChannels, own.kernel, own.kernel]
            case .transposedConvolution(let own):
                convolution = own
                expected = [own.inputChannels, own.outputChannels, own.kernel, own.kernel]
            default: continue
            }
            try check(convolution.weight, expected)
            names.insert(convolution.weight)
            guard let bias = convolution.bias else { continue }
            try check(bias, [convolution.outputChannels])
            names.insert(bias)
        }
        guard let unused = shapes.keys.filter({ !names.contains($0) }).min() else { return }
        throw .unused(network: self.network, name: unused)
    }

    private func check(_ name: String, _ expected: Shape) throws(NetworkError) {
        guard let found = shapes[name] else { throw .missing(network: network, name: name) }
        guard found == expected else { throw mismatch(name, expected: "\(expected)") }
    }
}
