internal import Foundation
internal import TensorFiles
public import Tensors

/// Files that a test makes and removes.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "graphrun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    public func file(_ name: String) -> String { "\(path)/\(name)" }
}

extension TemporaryFolder {
    /// A small FFDNet with random weights that stays near the identity, so that iterations stay bounded.
    public func smallNetwork(channels: Int = 3, features: Int = 24, layers: Int = 4, seed: UInt64 = 5) throws -> String
    {
        var weights: [String: Tensor] = [:]
        for layer in 0..<layers {
            let from = layer == 0 ? 4 * channels + 1 : features
            let to = layer == layers - 1 ? 4 * channels : features
            let bound = 0.5 / Float(from * 9).squareRoot()
            let weight = Tensor.random([to, from, 3, 3], in: -bound...bound, seed: seed + UInt64(2 * layer))
            weights["model.\(2 * layer).weight"] = weight
            weights["model.\(2 * layer).bias"] = .random([to], in: 0...0.1, seed: seed + UInt64(2 * layer) + 1)
        }
        let path = file("network.safetensors")
        try SafeTensors.write(weights, to: path)
        return path
    }

    /// A random image in [0, 1].
    public func image(_ shape: Shape, name: String = "image.npy", seed: UInt64 = 1) throws -> String {
        try NPY.write(.random(shape, in: 0...1, seed: seed), to: file(name))
        return file(name)
    }
}
