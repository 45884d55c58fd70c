internal import CWeights

/// The weights of denoisers that are part of the program; `Sources/CWeights` has them and their model card.
package enum BundledWeights: Sendable {
    case color, gray

    /// The `.safetensors` file that they are.
    package var bytes: [UInt8] {
        let file =
            switch self {
            case .color: cweights_color()
            case .gray: cweights_gray()
            }
        return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }
}
