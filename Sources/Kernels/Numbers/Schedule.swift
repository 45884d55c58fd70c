public import GraphModel
public import Tensors

/// A number that changes with the iteration, such as a noise level that falls or a momentum that grows.
///
/// It depends on nothing but the iteration, so that it is the same on every worker and in a run that is resumed.
public struct Schedule: NodeKind, HasIterationLimit {
    public static let name = "schedule"
    public static var inputs: [Input] { [] }

    public let course: Course

    public init(_ course: Course) {
        self.course = course
    }

    public var iterationLimit: Int? { course.length }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try course.check()
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: Double(TensorType.scalar.byteCount))
    }

    public var traits: KindTraits { .changesWithIteration }
    public var label: String { course.label }
}

final class ScheduleKernel: Kernel {
    private let course: Course

    init(_ kind: Schedule, _ context: KernelContext) {
        course = kind.course
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.fill(Float(course.value(at: iteration)))
    }
}
