public import GraphModel
public import Tensors

/// A complex value of pairs of real ones, `N × 2 × …` to `N × 1 × …`: real parts first, imaginary parts second along the
/// second axis, as deepinv keeps complex images.
public struct ComplexFromPairs: NodeKind {
    public static let name = "complex-from-pairs"
    public static let inputs = [Input("pairs")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let type = try context.type(0)
        guard type.element == .float32, type.shape.rank >= 2, type.shape[1] == 2 else {
            throw .rule("it is given \(type); pairs are real, N × 2 × …, real parts before imaginary ones")
        }
        var sides = type.shape.dimensions
        sides[1] = 1
        return TensorType(Shape(sides), .complex64)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost { try elementwiseCost(context) }
    public var traits: KindTraits { .keepsScale }
}

final class ComplexFromPairsKernel: Kernel {
    init(_ kind: ComplexFromPairs, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let (pairs, complex) = (inputs[0].floats, output.floats)
        let images = max(1, output.shape[0])
        let size = output.shape.count / images
        for image in 0..<images {
            for i in 0..<size {
                complex[2 * (image * size + i)] = pairs[2 * image * size + i]
                complex[2 * (image * size + i) + 1] = pairs[(2 * image + 1) * size + i]
            }
        }
    }
}

/// A complex value as pairs of real ones, `N × 1 × …` to `N × 2 × …`: what ``ComplexFromPairs`` undoes.
public struct PairsFromComplex: NodeKind {
    public static let name = "pairs-from-complex"
    public static let inputs = [Input("complex")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let type = try context.type(0)
        guard type.element == .complex64, type.shape.rank >= 2, type.shape[1] == 1 else {
            throw .rule("it is given \(type); pairs are made of complex values, N × 1 × …")
        }
        var sides = type.shape.dimensions
        sides[1] = 2
        return TensorType(Shape(sides))
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost { try elementwiseCost(context) }
    public var traits: KindTraits { .keepsScale }
}

final class PairsFromComplexKernel: Kernel {
    init(_ kind: PairsFromComplex, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let (complex, pairs) = (inputs[0].floats, output.floats)
        let images = max(1, inputs[0].shape[0])
        let size = inputs[0].shape.count / images
        for image in 0..<images {
            for i in 0..<size {
                pairs[2 * image * size + i] = complex[2 * (image * size + i)]
                pairs[(2 * image + 1) * size + i] = complex[2 * (image * size + i) + 1]
            }
        }
    }
}
