public import GraphModel
public import Imaging
public import Tensors

/// A linear map `A` between images and measurements, described once: what it takes and yields, what it costs, and how it is
/// computed. One map for each instance of the axis that it is used over.
///
/// An operator is added with this one conformance and a line in the catalog. Every kind that asks for an operator takes it
/// then (``Measure``, ``Adjoint``, ``Normal``, ``DataGradient``, ``DataProx``, …), alone or as a part of others, as in
/// `compose(mask, fourier, maps)`.
public protocol Operator: Codable, Hashable, Sendable {
    /// Name in `.graph` files, such as `blur`.
    static var name: String { get }
    /// Type of `A x`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none for such an `x`.
    func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType
    /// Type of `Aᴴ y`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none for such a `y`.
    func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType
    /// What bounds of step sizes may rely on, for images of a type that it takes.
    func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits
    /// Whether `AᴴA` is the identity on all that it takes, as of an orthonormal transform; by default not.
    var isIsometry: Bool { get }
    /// Whether measurements are on the scale of the images, which denoisers rely on; by default they are.
    var keepsScale: Bool { get }
    /// Whether `AᴴA` is a circular convolution of images of any size, so that a proximal operator has a closed form; by
    /// default not.
    var hasCircularNormal: Bool { get }
    /// Size of the point spread function of `AᴴA`, where that is a circular convolution with settings like these; by
    /// default `nil`.
    func normalPointSpreadExtent(_ context: NodeContext) -> PointSpreadExtent?
    /// What `A x`, or `Aᴴ y`, costs.
    ///
    /// - Throws: what ``range(of:_:)`` throws.
    func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost
    /// The map of one instance, on images of type `domain`, which ``range(of:_:)`` has admitted.
    ///
    /// - Throws: whatever keeps it from being made; the message reaches the user with the instance's name.
    func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator
    /// The point spread function of `AᴴA`, `rows × columns` or `n × c × rows × columns` as `type` says, its centre in the
    /// middle and zeros around it. It is asked for where there is a ``normalPointSpreadExtent(_:)``.
    ///
    /// - Throws: as ``make(_:_:)``.
    func makeNormalPointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor
    /// What is surprising about the values of the files that it reads.
    func valueRemark(_ context: NodeContext) -> ValueRemark?
    /// The settings worth a line in a picture of the graph.
    var label: String { get }
}

extension Operator {
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        OperatorTraits(squaredNormBound: isIsometry ? 1 : nil)
    }
    public var isIsometry: Bool { false }
    public var keepsScale: Bool { true }
    public var hasCircularNormal: Bool { false }
    public func normalPointSpreadExtent(_ context: NodeContext) -> PointSpreadExtent? { nil }
    public func makeNormalPointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor {
        throw KernelError.value("the operator '\(Self.name)' has no point spread function")
    }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { nil }
    public var label: String { "" }
}

/// What is known of an operator before it is made.
public struct OperatorTraits: Hashable, Sendable {
    /// An upper bound of ‖A‖²; `nil` where none is known.
    public var squaredNormBound: Double?

    /// What is known; by default nothing.
    public init(squaredNormBound: Double? = nil) {
        self.squaredNormBound = squaredNormBound
    }
}
