internal import Foundation
internal import TensorFiles
internal import Tensors

/// A picture back as samples: 1 × 3 × H × W in [0, 1].
func decoded(_ png: [UInt8]) throws -> Tensor {
    try PNG.decode(png, path: "picture.png").image
}

extension Tensor {
    /// The colour of one pixel of a 1 × 3 × H × W image, as bytes.
    func pixel(_ x: Int, _ y: Int) -> [Int] {
        let (height, width) = (shape[2], shape[3])
        return withView { view in
            (0..<3).map { Int((view.floats[($0 * height + y) * width + x] * 255).rounded()) }
        }
    }

    /// How many pixels have the given colour, as bytes.
    func count(of colour: [Int]) -> Int {
        let plane = shape[2] * shape[3]
        return withView { view in
            (0..<plane).count { pixel in
                (0..<3).allSatisfy { Int((view.floats[$0 * plane + pixel] * 255).rounded()) == colour[$0] }
            }
        }
    }
}

/// Writes the picture to the folder named by GRAPHRUN_PICTURES, where one is: to be looked at.
func keep(_ png: [UInt8], _ name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["GRAPHRUN_PICTURES"] else { return }
    try AtomicFile.write(png, to: "\(folder)/\(name).png")
}
