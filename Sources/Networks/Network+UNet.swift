extension Network {
    /// The bundled denoisers' architecture: a U-Net of residual blocks at half resolution and below, a narrow DRUNet (Zhang
    /// et al., IEEE TPAMI 2021) that begins as FFDNet does (Zhang, Zuo and Zhang, IEEE TIP 2018). Its result is added to
    /// the image.
    ///
    /// Names as in `Tools/train/networks.py`; any number of scales, blocks and channels.
    static func unet(_ weights: StateDictionary) throws(NetworkError) -> Network {
        let head = try weights.channels(of: "head.weight")
        guard head.in == 5 || head.in == 13 else {
            throw weights.mismatch(
                "head.weight", expected: "features × 5 × 3 × 3 (gray) or features × 13 × 3 × 3 (colour)")
        }
        let imageChannels = (head.in - 1) / 4
        var widths = [head.out]
        while weights.contains("down.\(widths.count - 1).step.weight") {
            widths.append(try weights.channels(of: "down.\(widths.count - 1).step.weight").out)
        }

        func convolution(_ name: String, from input: Int, to output: Int, relu: Bool = false) -> Layer {
            .convolution(
                Convolution(
                    weight: "\(name).weight", bias: weights.bias(of: name), from: input, to: output, relu: relu))
        }
        /// Between scales: 2 × 2 pixels to one, or one to 2 × 2.
        func rescaling(_ name: String, from input: Int, to output: Int) -> Convolution {
            Convolution(
                weight: "\(name).weight", bias: weights.bias(of: name), from: input, to: output, kernel: 2, stride: 2,
                padding: 0)
        }
        // Slot 0 keeps the pixels, slot 1 the input of a residual block, slots from 2 on a scale's features for the way up.
        /// x + conv(relu(conv(x))), as often as there are weights for it.
        func residualBlocks(_ name: String, _ width: Int) -> [Layer] {
            var layers: [Layer] = []
            var block = 0
            while weights.contains("\(name).\(block).conv1.weight") {
                layers += [
                    .save(slot: 1), convolution("\(name).\(block).conv1", from: width, to: width, relu: true),
                    convolution("\(name).\(block).conv2", from: width, to: width), .add(slot: 1),
                ]
                block += 1
            }
            return layers
        }

        var layers: [Layer] = [
            .pixelUnshuffle(factor: 2), .appendNoiseLevel, .save(slot: 0),
            convolution("head", from: head.in, to: head.out),
        ]
        for scale in 0..<widths.count - 1 {
            layers += residualBlocks("down.\(scale).blocks", widths[scale])
            layers += [
                .save(slot: scale + 2),
                .convolution(rescaling("down.\(scale).step", from: widths[scale], to: widths[scale + 1])),
            ]
        }
        layers += residualBlocks("body", widths[widths.count - 1])
        for scale in (0..<widths.count - 1).reversed() {
            layers += [
                .transposedConvolution(rescaling("up.\(scale).step", from: widths[scale + 1], to: widths[scale])),
                .add(slot: scale + 2),
            ]
            layers += residualBlocks("up.\(scale).blocks", widths[scale])
        }
        // The noise level was appended last, so the sum of the first channels is the image's.
        layers += [convolution("tail", from: head.out, to: 4 * imageChannels), .add(slot: 0), .pixelShuffle(factor: 2)]
        return Network(name: "unet", imageChannels: imageChannels, layers: layers)
    }
}
