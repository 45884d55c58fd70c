public import GraphModel
internal import Imaging
public import Tensors

/// The point spread function of `A^H A`, `rows × columns` with its centre in the middle and zeros around it; where
/// channels or images have their own, `n × c × rows × columns`.
///
/// Rewriting puts it in place of ``DataGradient``, together with ``NormalGradient``.
public struct PointSpread: NodeKind {
    public static let name = "point-spread"
    public static var inputs: [Input] { [] }

    /// The operator `A`.
    public let `operator`: AnyOperator
    /// As many for every instance as the largest needs, so that they can be added up.
    public let rows: Int
    /// Its columns.
    public let columns: Int
    /// `n` and `c`, where not both are 1.
    public let planes: [Int]?

    /// The point spread function of an operator's `AᴴA`, of that size.
    public init(_ map: any Operator, rows: Int, columns: Int, planes: [Int]? = nil) {
        self.operator = AnyOperator(map)
        self.rows = rows
        self.columns = columns
        self.planes = planes
    }

    init(_ map: AnyOperator, _ extent: PointSpreadExtent) {
        self.operator = map
        rows = extent.sides[0]
        columns = extent.sides[1]
        planes = extent.planes == [1, 1] ? nil : extent.planes
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard let extent = self.operator.base.normalPointSpreadExtent(context) else {
            throw .rule("its operator has no point spread function; with this padding it is no circular convolution")
        }
        let own = extent.sides
        guard isOdd(rows), isOdd(columns), rows >= own[0], columns >= own[1], rows < 1 << 20, columns < 1 << 20 else {
            throw .rule(
                "'rows' × 'columns' is \(rows) × \(columns); both must be odd and at least \(own[0]) × \(own[1])")
        }
        let (planes, ownPlanes) = (self.planes ?? [1, 1], extent.planes)
        guard planes.count == 2, zip(planes, ownPlanes).allSatisfy({ $0 >= 1 && ($1 == 1 || $1 == $0) }),
            let shape = Shape(validating: planes + [rows, columns])
        else { throw .rule("'planes' is \(planes); its operator has \(ownPlanes) of them") }
        return TensorType(self.planes == nil ? [rows, columns] : shape)
    }

    /// It is computed when the kernel is made; an instance copies it.
    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let bytes = try output(context).byteCount
        return Cost(bytes: 2 * Double(bytes), scratchBytes: 2 * bytes)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class PointSpreadKernel: Kernel {
    private let function: Tensor

    init(_ kind: PointSpread, _ context: KernelContext) throws {
        function = try kind.operator.base.makeNormalPointSpread(context.output, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        function.withView { output.copy(from: $0) }
    }
}

/// Whether it is odd and above 0.
func isOdd(_ side: Int) -> Bool {
    side > 0 && !side.isMultiple(of: 2)
}
