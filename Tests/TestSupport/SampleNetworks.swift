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

    /// DRUNet with `blocks` residual blocks on each of four scales of the given widths.
    public static func drunet(channels: Int, widths: [Int], blocks: Int) -> [String: Shape] {
        var shapes: [String: Shape] = [
            "m_head.weight": [widths[0], channels + 1, 3, 3], "m_tail.weight": [channels, widths[0], 3, 3],
        ]
        func addBlocks(_ name: String, first: Int, _ width: Int) {
            for block in first..<first + blocks {
                shapes["\(name).\(block).res.0.weight"] = [width, width, 3, 3]
                shapes["\(name).\(block).res.2.weight"] = [width, width, 3, 3]
            }
        }
        for scale in 1...3 {
            addBlocks("m_down\(scale)", first: 0, widths[scale - 1])
            shapes["m_down\(scale).\(blocks).weight"] = [widths[scale], widths[scale - 1], 2, 2]
            shapes["m_up\(scale).0.weight"] = [widths[scale], widths[scale - 1], 2, 2]
            addBlocks("m_up\(scale)", first: 1, widths[scale - 1])
        }
        addBlocks("m_body", first: 0, widths[3])
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
