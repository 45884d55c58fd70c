public import GraphModel
internal import Imaging
public import Tensors

/// Anderson's mixing (1965; Walker and Ni 2011, algorithm AA) of the last points `x_j` of a fixed-point iteration and their images
/// `T(x_j)`: `Σ_j α_j T(x_j)`, with the α that sum to 1 and make `‖Σ_j α_j (T(x_j) − x_j)‖` least.
///
/// The points are those that ``Remember`` keeps: of the first iterations there are fewer than the axis has instances.
public struct AndersonMix: NodeKind {
    public static let name = "anderson-mix"
    public static let inputs = [Input("points", .all), Input("images", .all)]

    /// Added to the diagonal of the normal equations, relative to their largest entry, so that points that lie on a line are
    /// no trouble.
    public let regularization: Setting<Double>

    public init(regularization: Setting<Double> = 1e-6) {
        self.regularization = regularization
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard regularization.value >= 0, regularization.value.isFinite else {
            throw .rule("'regularization' is \(plain(regularization.value)); it must be 0 or more")
        }
        let type = try context.type(0)
        guard context.inputs.count == 2, context.inputs[0].count == context.inputs[1].count,
            context.inputs.joined().allSatisfy({ $0 == type })
        else { throw .rule("its points and images must be as many and of one shape") }
        return type
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        let count = Double(context.inputs[0].count)
        var cost = Cost.vectors(operations: (2 * count * count + 2 * count) * Double(type.floatCount))
        cost.bytes = (2 * count * count + 2 * count) * Double(type.byteCount)
        cost.scratchBytes = context.inputs[0].count * type.byteCount
        return cost
    }

    public var traits: KindTraits { [.keepsScale, .changesWithIteration] }
}

final class AndersonMixKernel: Kernel {
    private let mixing: AndersonMixing

    init(_ kind: AndersonMix, _ context: KernelContext) {
        mixing = AndersonMixing(
            context.output, history: context.node.inputs[0].count, regularization: kind.regularization.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        mixing.mix(inputs.all(0), inputs.all(1), filled: max(1, iteration), into: output)
    }
}
