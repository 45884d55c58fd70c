extension Network {
    /// DnCNN (Zhang et al., IEEE TIP 2017) without batch normalisation: a chain of convolutions whose result is added to
    /// the image. It takes no noise level.
    ///
    /// Names and sign are deepinv's (`in_conv`, `conv_list.0`, …, `out_conv`). KAIR's subtracts instead;
    /// `Tools/convert-weights` negates its last layer, so that a file has one meaning.
    static func dncnn(_ weights: StateDictionary) throws(NetworkError) -> Network {
        let first = try weights.channels(of: "in_conv.weight")
        guard first.in == 1 || first.in == 3 else {
            throw weights.mismatch(
                "in_conv.weight", expected: "features × 1 × 3 × 3 (gray) or features × 3 × 3 × 3 (colour)")
        }
        func convolution(_ name: String, from input: Int, to output: Int, relu: Bool) -> Layer {
            .convolution(
                Convolution(
                    weight: "\(name).weight", bias: weights.bias(of: name), from: input, to: output, relu: relu))
        }
        var layers: [Layer] = [.save(slot: 0), convolution("in_conv", from: first.in, to: first.out, relu: true)]
        var count = 0
        while weights.contains("conv_list.\(count).weight") {
            layers.append(convolution("conv_list.\(count)", from: first.out, to: first.out, relu: true))
            count += 1
        }
        layers += [convolution("out_conv", from: first.out, to: first.in, relu: false), .add(slot: 0)]
        return Network(name: "dncnn", imageChannels: first.in, layers: layers)
    }
}
