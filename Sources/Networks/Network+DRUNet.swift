extension Network {
    /// DRUNet (Zhang et al., IEEE TPAMI 2021): a U-Net of residual blocks on four scales, the noise level as a channel.
    ///
    /// Names as in KAIR, DPIR and deepinv. The published weights have no biases; a file's that has some are used.
    static func drunet(_ weights: StateDictionary) throws(NetworkError) -> Network {
        let head = try weights.channels(of: "m_head.weight")
        let imageChannels = head.in - 1
        guard imageChannels == 1 || imageChannels == 3 else {
            throw weights.mismatch(
                "m_head.weight", expected: "features × 2 × 3 × 3 (gray) or features × 4 × 3 × 3 (colour)")
        }
        var blocks = 0
        while weights.contains("m_down1.\(blocks).res.0.weight") { blocks += 1 }
        var widths = [head.out]
        for scale in 1...3 { widths.append(try weights.channels(of: "m_down\(scale).\(blocks).weight").out) }

        func convolution(_ name: String, from input: Int, to output: Int, relu: Bool = false) -> Convolution {
            Convolution(weight: "\(name).weight", bias: weights.bias(of: name), from: input, to: output, relu: relu)
        }
        /// Between scales: 2 × 2 pixels to one, or one to 2 × 2.
        func rescaling(_ name: String, from input: Int, to output: Int) -> Convolution {
            Convolution(
                weight: "\(name).weight", bias: weights.bias(of: name), from: input, to: output, kernel: 2, stride: 2,
                padding: 0)
        }
        // Slots 0 to 3 keep a scale's features for the way up, slot 4 the input of a residual block.
        /// x + conv(relu(conv(x)))
        func residualBlock(_ name: String, _ width: Int) -> [Layer] {
            [
                .save(slot: 4),
                .convolution(convolution("\(name).res.0", from: width, to: width, relu: true)),
                .convolution(convolution("\(name).res.2", from: width, to: width)),
                .add(slot: 4),
            ]
        }

        var layers: [Layer] = [
            .appendNoiseLevel, .convolution(convolution("m_head", from: head.in, to: head.out)), .save(slot: 0),
        ]
        for scale in 1...3 {
            for block in 0..<blocks { layers += residualBlock("m_down\(scale).\(block)", widths[scale - 1]) }
            layers += [
                .convolution(
                    rescaling("m_down\(scale).\(blocks)", from: widths[scale - 1], to: widths[scale])),
                .save(slot: scale),
            ]
        }
        // PyTorch code that makes a list of one module yields the module itself, whose name has no index.
        let isBare = blocks == 1 && weights.contains("m_body.res.0.weight")
        for block in 0..<blocks { layers += residualBlock(isBare ? "m_body" : "m_body.\(block)", widths[3]) }
        for scale in (1...3).reversed() {
            layers += [
                .add(slot: scale),
                .transposedConvolution(rescaling("m_up\(scale).0", from: widths[scale], to: widths[scale - 1])),
            ]
            for block in 0..<blocks { layers += residualBlock("m_up\(scale).\(block + 1)", widths[scale - 1]) }
        }
        layers += [.add(slot: 0), .convolution(convolution("m_tail", from: head.out, to: imageChannels))]
        return Network(name: "drunet", imageChannels: imageChannels, layers: layers)
    }
}
