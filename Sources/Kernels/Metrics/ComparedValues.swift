public import GraphModel
internal import Imaging
internal import Tensors

/// What metrics compare of images.
public enum ComparedValues: String, Hashable, Sendable, NamedChoice {
    /// The values; of complex ones by the magnitude of their difference.
    case values
    /// Their magnitudes, so that phases do not matter.
    case magnitudes
}

/// The magnitudes of an image and a reference, on a worker.
final class ComparedMagnitudes {
    private let image: Scratch
    private let reference: Scratch

    /// - Returns: `nil` where values are compared.
    init?(_ compared: ComparedValues?, _ type: TensorType) {
        guard compared == .magnitudes else { return nil }
        image = Scratch(TensorType(type.shape))
        reference = Scratch(TensorType(type.shape))
    }

    /// The magnitudes of both.
    func of(_ x: TensorView, _ y: TensorView) -> (TensorView, TensorView) {
        Magnitudes.write(x, into: image.view)
        Magnitudes.write(y, into: reference.view)
        return (image.readOnly, reference.readOnly)
    }

    /// Adds what they take to a cost.
    static func add(_ compared: ComparedValues?, of type: TensorType, to cost: inout Cost) {
        guard compared == .magnitudes else { return }
        cost.operations += 20 * Double(type.shape.count)
        cost.bytes += 4 * Double(type.byteCount)
        cost.scratchBytes += 2 * TensorType(type.shape).byteCount
    }
}
