public import Tensors

extension Network {
    /// The network that weights of these names and shapes belong to: FFDNet of any depth and width, DRUNet of any
    /// channel counts and number of blocks, for gray and colour images.
    ///
    /// - Throws: ``NetworkError`` saying what was found and what is expected.
    public static func recognise(_ shapes: [String: Shape]) throws(NetworkError) -> Network {
        let network: Network
        if shapes["m_head.weight"] != nil {
            network = try drunet(shapes)
        } else if shapes["model.0.weight"] != nil {
            network = try ffdnet(shapes)
        } else {
            throw .unknown(found: shapes.keys.sorted())
        }
        try network.check(shapes)
        return network
    }

    /// Every convolution's weights are there and of the right shape.
    private func check(_ shapes: [String: Shape]) throws(NetworkError) {
        for layer in layers {
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
            try check(convolution.weight, expected, shapes)
            if let bias = convolution.bias { try check(bias, [convolution.outputChannels], shapes) }
        }
    }

    private func check(_ name: String, _ expected: Shape, _ shapes: [String: Shape]) throws(NetworkError) {
        guard let found = shapes[name] else { throw .missing(network: self.name, name: name) }
        guard found == expected else {
            throw .shape(network: self.name, name: name, found: "\(found)", expected: "\(expected)")
        }
    }

    /// Output and input channels of the weights of a name.
    private static func channels(
        _ network: String, _ name: String, _ shapes: [String: Shape]
    ) throws(NetworkError) -> (out: Int, in: Int) {
        guard let shape = shapes[name] else { throw .missing(network: network, name: name) }
        guard shape.rank == 4, shape.count > 0 else {
            throw .shape(network: network, name: name, found: "\(shape)", expected: "out × in × k × k")
        }
        return (shape[0], shape[1])
    }

    /// FFDNet (Zhang, Zuo and Zhang, IEEE TIP 2018): convolutions at half resolution, the noise level as a channel.
    private static func ffdnet(_ shapes: [String: Shape]) throws(NetworkError) -> Network {
        var count = 0
        while shapes["model.\(2 * count).weight"] != nil { count += 1 }
        let first = try channels("ffdnet", "model.0.weight", shapes)
        let imageChannels = (first.in - 1) / 4
        guard first.in == 5 || first.in == 13 else {
            throw .shape(
                network: "ffdnet", name: "model.0.weight", found: "\(shapes["model.0.weight"] ?? [])",
                expected: "features × 5 × 3 × 3 (gray) or features × 13 × 3 × 3 (colour)")
        }
        var layers: [Layer] = [.pixelUnshuffle(factor: 2), .appendNoiseLevel]
        for index in 0..<count {
            let isLast = index == count - 1
            let name = "model.\(2 * index)"
            let bias = "\(name).bias"
            layers.append(
                .convolution(
                    Convolution(
                        weight: "\(name).weight", bias: shapes[bias] == nil ? nil : bias,
                        from: index == 0 ? first.in : first.out, to: isLast ? 4 * imageChannels : first.out,
                        relu: !isLast)))
        }
        layers.append(.pixelShuffle(factor: 2))
        return Network(name: "ffdnet", imageChannels: imageChannels, layers: layers)
    }

    /// DRUNet (Zhang et al., IEEE TPAMI 2021): a U-Net of residual blocks on four scales, without biases.
    private static func drunet(_ shapes: [String: Shape]) throws(NetworkError) -> Network {
        let head = try channels("drunet", "m_head.weight", shapes)
        let imageChannels = head.in - 1
        guard imageChannels == 1 || imageChannels == 3 else {
            throw .shape(
                network: "drunet", name: "m_head.weight", found: "\(shapes["m_head.weight"] ?? [])",
                expected: "features × 2 × 3 × 3 (gray) or features × 4 × 3 × 3 (colour)")
        }
        var blocks = 0
        while shapes["m_down1.\(blocks).res.0.weight"] != nil { blocks += 1 }
        var widths = [head.out]
        for scale in 1...3 { widths.append(try channels("drunet", "m_down\(scale).\(blocks).weight", shapes).out) }

        // Slots 0 to 3 keep a scale's features for the way up, slot 4 the input of a residual block.
        var layers: [Layer] = [
            .appendNoiseLevel, .convolution(Convolution(weight: "m_head.weight", from: head.in, to: head.out)),
            .save(slot: 0),
        ]
        for scale in 1...3 {
            for block in 0..<blocks { layers += residualBlock("m_down\(scale).\(block)", widths[scale - 1]) }
            layers += [
                .convolution(
                    Convolution(
                        weight: "m_down\(scale).\(blocks).weight", from: widths[scale - 1], to: widths[scale],
                        kernel: 2, stride: 2, padding: 0)),
                .save(slot: scale),
            ]
        }
        for block in 0..<blocks { layers += residualBlock("m_body.\(block)", widths[3]) }
        for scale in (1...3).reversed() {
            layers += [
                .add(slot: scale),
                .transposedConvolution(
                    Convolution(
                        weight: "m_up\(scale).0.weight", from: widths[scale], to: widths[scale - 1],
                        kernel: 2, stride: 2, padding: 0)),
            ]
            for block in 0..<blocks { layers += residualBlock("m_up\(scale).\(block + 1)", widths[scale - 1]) }
        }
        layers += [
            .add(slot: 0),
            .convolution(Convolution(weight: "m_tail.weight", from: head.out, to: imageChannels)),
        ]
        return Network(name: "drunet", imageChannels: imageChannels, layers: layers)
    }

    /// x + conv(relu(conv(x)))
    private static func residualBlock(_ name: String, _ width: Int) -> [Layer] {
        [
            .save(slot: 4),
            .convolution(Convolution(weight: "\(name).res.0.weight", from: width, to: width, relu: true)),
            .convolution(Convolution(weight: "\(name).res.2.weight", from: width, to: width)),
            .add(slot: 4),
        ]
    }
}
