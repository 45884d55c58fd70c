public import GraphModel
public import Kernels
public import Tensors

/// The median of each pixel and its four neighbours; beyond the border the outermost pixel stands.
///
/// It says how far it looks, so `exact` tiles of it have no seams.
public struct MedianDenoiser: NodeKind, HasReceptiveField {
    public static let name = "median"
    public static let inputs = [Input("image")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        guard image.element == .float32, image.shape.rank >= 2 else {
            throw .rule("it needs real images, not \(image)")
        }
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost { try elementwiseCost(context, operations: 20) }

    public func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        ReceptiveField(stride: 1, before: 1, after: 1)
    }

    public var traits: KindTraits { .keepsScale }
}

public final class MedianDenoiserKernel: Kernel {
    public init(_ kind: MedianDenoiser, _ context: KernelContext) {}

    public func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let image = inputs[0]
        let sides = image.shape.trailing(2)
        let (height, width) = (sides[0], sides[1])
        for start in stride(from: 0, to: image.floats.count, by: height * width) {
            for row in 0..<height {
                for column in 0..<width {
                    let places = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]
                    let values = places.map { down, right in
                        let y = min(max(row + down, 0), height - 1)
                        return image.floats[start + y * width + min(max(column + right, 0), width - 1)]
                    }
                    output.floats[start + row * width + column] = values.sorted()[2]
                }
            }
        }
    }
}
