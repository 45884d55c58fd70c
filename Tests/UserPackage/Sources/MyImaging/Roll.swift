public import GraphModel
public import Imaging
public import Kernels
public import Tensors

/// Images moved by whole pixels, round the border: an orthonormal operator.
public struct Roll: Operator {
    public static let name = "roll"

    /// Rows down and columns to the right.
    public let by: [Int]

    public init(by: [Int]) {
        self.by = by
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        guard by.count == 2 else { throw .rule("'by' is \(by); give rows and columns") }
        guard domain.shape.rank >= 2, domain.shape.count > 0 else {
            throw .rule("it moves images, … × H × W, not \(domain)")
        }
        return domain
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try self.range(of: range, context)
    }

    public var isIsometry: Bool { true }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(domain.byteCount))
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        RollMap(domain, by)
    }
}

private final class RollMap: LinearOperator {
    let domain: TensorType
    var range: TensorType { domain }
    private let by: [Int]

    init(_ domain: TensorType, _ by: [Int]) {
        self.domain = domain
        self.by = zip(by, domain.shape.trailing(2)).map { $0 % $1 }
    }

    func apply(_ x: TensorView, into y: MutableTensorView) { move(x, into: y, by[0], by[1]) }

    func adjoint(_ y: TensorView, into x: MutableTensorView) { move(y, into: x, -by[0], -by[1]) }

    func normal(_ x: TensorView, into z: MutableTensorView) { z.copy(from: x) }

    private func move(_ x: TensorView, into y: MutableTensorView, _ down: Int, _ right: Int) {
        let sides = x.shape.trailing(2)
        let (height, width, parts) = (sides[0], sides[1], x.type.element.floats)
        for row in 0..<y.floats.count / (width * parts) {
            let (plane, own) = row.quotientAndRemainder(dividingBy: height)
            let source = plane * height + wrapped(own - down, height)
            for column in 0..<width {
                let from = (source * width + wrapped(column - right, width)) * parts
                for part in 0..<parts { y.floats[(row * width + column) * parts + part] = x.floats[from + part] }
            }
        }
    }

    private func wrapped(_ index: Int, _ count: Int) -> Int {
        let rest = index % count
        return rest < 0 ? rest + count : rest
    }
}
