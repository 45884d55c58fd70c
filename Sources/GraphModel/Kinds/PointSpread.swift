internal import Foundation
public import Tensors

/// A linear map whose normal operator `A^H A` is a circular convolution for some of its settings.
///
/// The convolution's kernel, the point spread function of `A^H A` (radio interferometry's dirty beam), adds up over
/// operators on one image: `Σ_i A_iᴴA_i` is one convolution, and costs what one of them costs.
public protocol ShiftInvariantMap: LinearMap {
    /// Rows and columns of the point spread function of `A^H A`, odd; `nil` where that is no circular convolution.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where the operator cannot be made.
    func pointSpreadSides(_ context: NodeContext) throws(GraphError) -> [Int]?
    /// How many such functions there are, each for an image of a batch or for all, and for a channel or all: `n` and `c`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where the operator cannot be made.
    func pointSpreadPlanes(_ context: NodeContext) throws(GraphError) -> [Int]
}

extension ShiftInvariantMap {
    public func pointSpreadPlanes(_ context: NodeContext) throws(GraphError) -> [Int] { [1, 1] }
}

/// The point spread function of `A^H A`, `rows × columns` with its centre in the middle and zeros around it; where
/// channels or images have their own, `n × c × rows × columns`.
///
/// Rewriting puts it in place of ``DataGradient``, together with ``NormalGradient``.
public struct PointSpread<Map: ShiftInvariantMap>: NodeKind {
    public static var name: String { "point-spread:\(Map.name)" }
    public static var inputs: [Input] { [] }

    public let `operator`: Map
    /// As many for every instance as the largest needs, so that they can be added up.
    public let rows: Int
    public let columns: Int
    /// `n` and `c`, where not both are 1.
    public let planes: [Int]?

    public init(_ map: Map, rows: Int, columns: Int, planes: [Int]? = nil) {
        self.operator = map
        self.rows = rows
        self.columns = columns
        self.planes = planes
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard let own = try self.operator.pointSpreadSides(context) else {
            throw .rule("its operator has no point spread function; with this padding it is no circular convolution")
        }
        guard isOdd(rows), isOdd(columns), rows >= own[0], columns >= own[1], rows < 1 << 20, columns < 1 << 20 else {
            throw .rule(
                "'rows' × 'columns' is \(rows) × \(columns); both must be odd and at least \(own[0]) × \(own[1])")
        }
        let (planes, ownPlanes) = (self.planes ?? [1, 1], try self.operator.pointSpreadPlanes(context))
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

    public var label: String { self.operator.label }
}

/// The gradient `(A^H A x − A^H y) / σ²` of the ℓ2 data fidelity, for `A^H A` that is a circular convolution: `x` goes
/// through one product of spectra, and what does not depend on it is given.
public struct NormalGradient: NodeKind {
    public static let name = "normal-gradient"
    public static let inputs = [Input("x"), Input("pointSpread"), Input("backprojection")]

    /// Noise level σ of the measurements that the fidelity weighs by; 1 for the plain square.
    public let sigma: Setting<Double>

    public init(sigma: Setting<Double> = 1.0) {
        self.sigma = sigma
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard sigma.value > 0 else { throw .rule("'sigma' is \(sigma.value); it must be above 0") }
        let image = try context.type(0)
        guard image.element == .float32, image.shape.rank >= 2 else {
            throw .rule("it is given \(image); an image is real and ends in H × W")
        }
        let pointSpread = try context.type(1)
        let planes = image.shape.rank == 4 ? Array(image.shape.dimensions.prefix(2)) : [1, 1]
        let ownPlanes = pointSpread.shape.rank == 4 ? Array(pointSpread.shape.dimensions.prefix(2)) : [1, 1]
        guard pointSpread.element == .float32, [2, 4].contains(pointSpread.shape.rank),
            pointSpread.shape.trailing(2).allSatisfy(isOdd),
            zip(ownPlanes, planes).allSatisfy({ $0 == 1 || $0 == $1 })
        else {
            throw .rule(
                "its point spread function is \(pointSpread); it must be real, H × W with odd sides or one for each "
                    + "channel, n × c × H × W")
        }
        let backprojection = try context.type(2)
        guard backprojection == image else {
            throw .rule("its inputs are \(image) and \(backprojection); image and backprojection must be of one shape")
        }
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // As a blur, and a subtraction.
        let image = try context.type(0)
        let pointSpread = try context.type(1).shape
        let taps = pointSpread.trailing(2).map { ($0 + 1) / 2 }
        let planes = pointSpread.count / pointSpread.trailing(2).reduce(1, *)
        var cost = Blur.Padding.circular.transformCost(of: image, by: taps, kernels: planes)
        cost.operations += 2 * Double(image.floatCount)
        // It looks whether the point spread function is another than before.
        cost.bytes += Double(image.byteCount + 2 * 4 * pointSpread.count)
        return cost
    }
}

private func isOdd(_ side: Int) -> Bool {
    side > 0 && !side.isMultiple(of: 2)
}
