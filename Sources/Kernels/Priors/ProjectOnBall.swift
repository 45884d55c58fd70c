public import GraphModel
internal import Imaging
public import Tensors

/// Each vector of `u`, or where it is longer than the radius the nearest one of that length: `v · min(1, r / |v|)` in the
/// 2-norm, complex values by their magnitudes. The radius, a number of 0 or more, is the second input.
///
/// Over the last axis, of ``Differences``, it is the dual step of total variation in primal-dual splitting with the weight of
/// total variation as the radius (Chambolle and Pock 2011, section 6.2).
public struct ProjectOnBall: NodeKind {
    public static let name = "project-on-ball"
    public static let inputs = [Input("u"), Input("radius")]

    /// What is a vector.
    public let over: Vectors

    /// What is projected as one vector.
    public enum Vectors: String, Hashable, Sendable, NamedChoice {
        /// The values along the last axis.
        case lastAxis = "last-axis"
        /// Each element.
        case element
        /// All values of the input together.
        case all
    }

    public init(over vectors: Vectors = .lastAxis) {
        over = vectors
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.checkIsNumber(1, "radius")
        let type = try context.type(0)
        guard over != .lastAxis || type.shape.rank > 0 else {
            throw .rule("a single number has no last axis; set 'over' to 'element'")
        }
        return type
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 6)
    }

    public var label: String { "over \(over.rawValue)" }
}

final class ProjectOnBallKernel: Kernel {
    private let vectors: BallProjection.Vectors

    init(_ kind: ProjectOnBall, _ context: KernelContext) {
        vectors =
            switch kind.over {
            case .lastAxis: .lastAxis
            case .element: .element
            case .all: .all
            }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let radius = try inputs.number(1, "radius", of: "a ball")
        BallProjection.project(inputs[0], vectors, radius: radius, into: output)
    }
}
