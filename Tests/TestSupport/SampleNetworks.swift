public import Tensors

/// Weights by name and shape of small networks, as a PyTorch state dict has them.
public enum SampleNetworks {
    /// FFDNet: `depth` convolutions of `features` channels.
    public static func ffdnet(channels: Int, features: Int, depth: Int) -> [String: Shape] {
        var shapes: [String: Shape] = [:]
        for layer in 0..<depth {
            let from = layer == 0 ? 4 * channels + 1 : features
            let to = layer == depth - 1 ? 4 * channels : features
            shapes["model.\(2 * layer).weight"] = [to, from, 3, 3]
            shapes["model.\(2 * layer).bias"] = [to]
        }
        return shapes
    }

    /// DnCNN: `depth` convolutions of `features` channels.
    public static func dncnn(channels: Int, features: Int, depth: Int, bias: Bool = true) -> [String: Shape] {
        var shapes: [String: Shape] = [:]
        func add(_ name: String, from input: Int, to output: Int) {
            shapes["\(name).weight"] = [output, input, 3, 3]
            if bias { shapes["\(name).bias"] = [output] }
        }
        add("in_conv", from: channels, to: features)
        for layer in 0..<depth - 2 { add("conv_list.\(layer)", from: features, to: features) }
        add("out_conv", from: features, to: channels)
        return shapes
    }

    /// DRUNet with `blocks` residual blocks on each of four scales of the given widths.
    public static func drunet(channels: Int, widths: [Int], blocks: Int, bias: Bool = false) -> [String: Shape] {
        var shapes: [String: Shape] = [:]
        func add(_ name: String, _ shape: Shape, outputs: Int) {
            shapes["\(name).weight"] = shape
            if bias { shapes["\(name).bias"] = [outputs] }
        }
        func addBlocks(_ name: String, first: Int, _ width: Int) {
            for block in first..<first + blocks {
                for layer in [0, 2] { add("\(name).\(block).res.\(layer)", [width, width, 3, 3], outputs: width) }
            }
        }
        add("m_head", [widths[0], channels + 1, 3, 3], outputs: widths[0])
        add("m_tail", [channels, widths[0], 3, 3], outputs: channels)
        for scale in 1...3 {
            let (fine, coarse) = (widths[scale - 1], widths[scale])
            addBlocks("m_down\(scale)", first: 0, fine)
            add("m_down\(scale).\(blocks)", [coarse, fine, 2, 2], outputs: coarse)
            // A transposed convolution: in × out × k × k.
            add("m_up\(scale).0", [coarse, fine, 2, 2], outputs: fine)
            addBlocks("m_up\(scale)", first: 1, fine)
        }
        addBlocks("m_body", first: 0, widths[3])
        return shapes
    }

    /// The bundled denoisers' U-Net: channels of each scale from half resolution on, and residual blocks on each way and at
    /// the bottom.
    public static func unet(channels: Int, widths: [Int], blocks: [Int]) -> [String: Shape] {
        var shapes: [String: Shape] = [
            "head.weight": [widths[0], 4 * channels + 1, 3, 3], "tail.weight": [4 * channels, widths[0], 3, 3],
        ]
        func addBlocks(_ name: String, _ count: Int, _ width: Int) {
            for block in 0..<count {
                for layer in [1, 2] { shapes["\(name).\(block).conv\(layer).weight"] = [width, width, 3, 3] }
            }
        }
        for (scale, (fine, coarse)) in zip(widths, widths.dropFirst()).enumerated() {
            addBlocks("down.\(scale).blocks", blocks[scale], fine)
            shapes["down.\(scale).step.weight"] = [coarse, fine, 2, 2]
            // A transposed convolution: in × out × k × k.
            shapes["up.\(scale).step.weight"] = [coarse, fine, 2, 2]
            addBlocks("up.\(scale).blocks", blocks[scale], fine)
        }
        addBlocks("body", blocks[widths.count - 1], widths[widths.count - 1])
        return shapes
    }

    /// Seeded random weights of these shapes, of a size that neither dies out nor blows up over the layers.
    public static func randomWeights(_ shapes: [String: Shape], seed: UInt64) -> [String: Tensor] {
        var weights: [String: Tensor] = [:]
        for (index, entry) in shapes.sorted(by: { $0.key < $1.key }).enumerated() {
            let shape = entry.value
            let inputs = shape.rank == 4 ? shape[1] * shape[2] * shape[3] : 100
            let bound = (3 / Float(inputs)).squareRoot()
            weights[entry.key] = .random(shape, in: -bound...bound, seed: seed &+ UInt64(index))
        }
        return weights
    }
}
