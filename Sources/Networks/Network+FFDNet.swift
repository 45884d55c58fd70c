extension Network {
    /// FFDNet (Zhang, Zuo and Zhang, IEEE TIP 2018): convolutions at half resolution, the noise level as a channel.
    ///
    /// Names as in KAIR (`model.0`, `model.2`, …); the output is the image, not the noise.
    static func ffdnet(_ weights: StateDictionary) throws(NetworkError) -> Network {
        var count = 0
        while weights.contains("model.\(2 * count).weight") { count += 1 }
        let first = try weights.channels(of: "model.0.weight")
        let imageChannels = (first.in - 1) / 4
        guard first.in == 5 || first.in == 13 else {
            throw weights.mismatch(
                "model.0.weight", expected: "features × 5 × 3 × 3 (gray) or features × 13 × 3 × 3 (colour)")
        }
        var layers: [Layer] = [.pixelUnshuffle(factor: 2), .appendNoiseLevel]
        for index in 0..<count {
            let isLast = index == count - 1
            let name = "model.\(2 * index)"
            layers.append(
                .convolution(
                    Convolution(
                        weight: "\(name).weight", bias: weights.bias(of: name),
                        from: index == 0 ? first.in : first.out, to: isLast ? 4 * imageChannels : first.out,
                        relu: !isLast)))
        }
        layers.append(.pixelShuffle(factor: 2))
        return Network(name: "ffdnet", imageChannels: imageChannels, layers: layers)
    }
}
