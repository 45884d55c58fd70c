public import Tensors

/// A measurement operator as a value: one linear map for each instance of the axis it is used over.
///
/// It holds no code that runs on a worker. An operator is added with this description, its numbers in `Imaging` and a
/// line in the catalog, and then has three kinds: ``Measure``, ``Adjoint`` and ``DataGradient``.
public protocol LinearMap: Codable, Hashable, Sendable {
    /// Name in `.graph` files, such as `blur`.
    static var name: String { get }
    /// Type of `A x`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none for such an `x`.
    func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType
    /// Type of `A^H y`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none for such a `y`.
    func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType
    /// An upper bound of ‖A‖², where one is known beforehand.
    func squaredNormBound(_ context: NodeContext) -> Double?
    /// What `A x`, or `A^H y`, costs.
    func cost(domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost
    /// The settings worth a line in a picture of the graph.
    var label: String { get }
}

extension LinearMap {
    public var label: String { "" }
}

/// `y = A x`.
public struct Measure<Map: LinearMap>: NodeKind {
    public static var name: String { "measure:\(Map.name)" }
    public static var inputs: [Input] { [Input("x")] }

    public let `operator`: Map

    public init(_ map: Map) {
        self.operator = map
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try self.operator.range(of: context.type(0), context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try self.operator.cost(domain: context.type(0), context)
    }

    public var label: String { self.operator.label }
}

/// `x = A^H y`.
public struct Adjoint<Map: LinearMap>: NodeKind {
    public static var name: String { "adjoint:\(Map.name)" }
    public static var inputs: [Input] { [Input("y")] }

    public let `operator`: Map

    public init(_ map: Map) {
        self.operator = map
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try self.operator.domain(of: context.type(0), context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try self.operator.cost(domain: output(context), context)
    }

    public var label: String { self.operator.label }
}

/// The gradient of the ℓ2 data fidelity ½‖A x − y‖²/σ²: `A^H (A x − y) / σ²`.
public struct DataGradient<Map: LinearMap>: NodeKind {
    public static var name: String { "data-gradient:\(Map.name)" }
    public static var inputs: [Input] { [Input("x"), Input("y")] }

    public let `operator`: Map
    /// Noise level σ of the measurements that the fidelity weighs by; 1 for the plain square.
    public let sigma: Setting<Double>

    public init(_ map: Map, sigma: Setting<Double> = 1.0) {
        self.operator = map
        self.sigma = sigma
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard sigma.value > 0 else { throw .rule("'sigma' is \(sigma.value); it must be above 0") }
        let domain = try context.type(0)
        let range = try self.operator.range(of: domain, context)
        let measured = try context.type(1)
        guard measured == range else {
            throw .rule("the measurement is \(measured), but the operator yields \(range) from an image of \(domain)")
        }
        return domain
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let once = try self.operator.cost(domain: context.type(0), context)
        let measured = try context.type(1)
        let subtraction = Cost.vectors(operations: 2 * Double(measured.floatCount))
        return Cost(
            operations: 2 * once.operations + subtraction.operations,
            work: once.work.mapValues { 2 * $0 }.merging(subtraction.work, uniquingKeysWith: +),
            bytes: 2 * once.bytes + 3 * Double(measured.byteCount),
            scratchBytes: once.scratchBytes + measured.byteCount)
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        self.operator.squaredNormBound(context).map { $0 / (sigma.value * sigma.value) }
    }

    public var label: String { self.operator.label }
}
