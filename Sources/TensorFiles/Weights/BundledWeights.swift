internal import CWeights

/// The weights of denoisers that are part of the program; `Sources/CWeights` has them and their model card.
package enum BundledWeights: Sendable {
    case color, gray

    /// The `.safetensors` file that they are.
    package var bytes: [UInt8] { Array(contents) }

    /// A range of the file's bytes, cut to those that there are.
    package func bytes(in range: Range<Int>) -> [UInt8] { Array(contents[range.clamped(to: contents.indices)]) }

    private var contents: UnsafeBufferPointer<UInt8> {
        let file =
            switch self {
            case .color: cweights_color()
            case .gray: cweights_gray()
            }
        return UnsafeBufferPointer(start: file.bytes, count: file.count)
    }
}
