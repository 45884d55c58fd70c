public import Tensors

/// One input of a kind.
public struct Input: Hashable, Sendable {
    /// Which instances of the node it names an instance reads.
    public enum Reads: Hashable, Sendable {
        /// The one of its own index (pointwise), or the only one (broadcast).
        case own
        /// All of them, in order: an axis into none (gather).
        case all
        /// Those whose inner tile its window touches (neighbour).
        case neighbours
    }

    /// What messages call it.
    public let name: String
    /// Which instances of its node are read.
    public let reads: Reads
    /// Whether its values must be 0 or more, as noise levels are; a file that holds others is refused.
    public let isNonNegative: Bool

    /// An input, by default one that each instance reads for itself.
    public init(_ name: String, _ reads: Reads = .own, isNonNegative: Bool = false) {
        self.name = name
        self.reads = reads
        self.isNonNegative = isNonNegative
    }
}

/// An axis once shapes are known.
public struct ResolvedAxis: Hashable, Sendable, Codable {
    /// Its name in the graph.
    public let name: String
    /// Its instances.
    public let count: Int
    /// The tiling, of an axis of tiles.
    public let tiling: Tiling?
}

/// What a kind is told of the instance it is asked about.
public struct NodeContext: Sendable {
    /// Id of the node, such as `denoised`.
    public let node: String
    /// Index over the axis; 0 where there is none.
    public let index: Int
    /// The axis the node runs over.
    public let axis: ResolvedAxis?
    /// The axis that a gathering input runs over.
    public let gathered: ResolvedAxis?
    /// For every input the types of the values read: one, or those of all instances of a gather or neighbour edge.
    public let inputs: [[TensorType]]
    /// For a neighbour edge, the indices of the instances read, in order.
    public let neighbours: [Int]
    /// What is known of the files of the graph.
    public let files: FileFacts
    /// Types of operators that have been inferred for this instance.
    package let types = TypeMemo()

    package init(
        node: String, index: Int, axis: ResolvedAxis?, gathered: ResolvedAxis?, inputs: [[TensorType]],
        neighbours: [Int], files: FileFacts
    ) {
        self.node = node
        self.index = index
        self.axis = axis
        self.gathered = gathered
        self.inputs = inputs
        self.neighbours = neighbours
        self.files = files
    }

    /// Type of the only value that input `position` reads.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none.
    public func type(_ position: Int) throws(GraphError) -> TensorType {
        guard inputs.indices.contains(position), let type = inputs[position].first else {
            throw .rule("input \(position) is missing")
        }
        return type
    }

    /// The tiling of the axis the node runs over.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where that is no axis of tiles.
    public func tiling() throws(GraphError) -> Tiling {
        guard let tiling = axis?.tiling else {
            throw .rule("it must run over an axis of tiles; make one with 'tiles(…)' and add the node 'over' it")
        }
        return tiling
    }

    /// The entry of a list of settings for this instance: one for all, or one each.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where the list has another length.
    public func own<Element>(_ list: [Element], _ name: String) throws(GraphError) -> Element {
        let count = axis?.count ?? 1
        guard list.count == 1 || list.count == count else {
            throw .rule("'\(name)' has \(list.count) entries for \(count) instances; give one for all or one each")
        }
        return list[list.count == 1 ? 0 : index]
    }
}

extension NodeContext: Equatable {
    /// Whether they tell of the same instance; what is known of files is not compared.
    public static func == (left: NodeContext, right: NodeContext) -> Bool {
        left.node == right.node && left.index == right.index && left.axis == right.axis
            && left.gathered == right.gathered && left.inputs == right.inputs && left.neighbours == right.neighbours
    }
}

/// What a node computes, as a value that can be written to a file; it holds no code that runs on a worker.
///
/// A kind is added with a file, which holds its kernel too, and a line in the catalog.
public protocol NodeKind: Codable, Hashable, Sendable {
    /// Name in `.graph` files, such as `descend`; never reused for another meaning.
    static var name: String { get }
    /// The inputs, in order.
    static var inputs: [Input] { get }
    /// The same kind with the settings decided that it leaves to what it reads. It is asked first, and what it gives is
    /// asked for all else; by default the kind as it is.
    func resolved(for context: NodeContext) -> Self
    /// Shape and element type of the result.
    ///
    /// Facts of files that this, ``cost(_:)`` or ``box(_:input:value:)`` ask for are known to the kernel on every worker;
    /// those of others are not.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where the inputs or settings do not allow one.
    func output(_ context: NodeContext) throws(GraphError) -> TensorType
    /// What one instance costs.
    func cost(_ context: NodeContext) throws(GraphError) -> Cost
    /// What an instance reads of a value: a box of its trailing axes, or `nil` for the whole.
    ///
    /// A worker that has only such boxes to compute is sent no more of the value; the kernel finds in its context which
    /// box it is given.
    ///
    /// - Parameters:
    ///   - input: Number of the input.
    ///   - value: Number of the value among those that the input reads.
    func box(_ context: NodeContext, input: Int, value: Int) -> Region?
    /// The Lipschitz constant of the gradient that this node yields, from those of its inputs; `nil` where it yields
    /// none or it is not known.
    func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double?
    /// What is allowed but surprising, such as a step size that may diverge.
    func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String]
    /// The settings on which hangs whether a loop with this node converges; asked of the first instance.
    func convergenceFactors(_ context: NodeContext, gradientBounds: [[Double?]]) -> [ConvergenceFactor]
    /// How it asks for convolutions; `nil` where it has none.
    var convolutions: ConvolutionChoice? { get }
    /// What may be relied on of it, whatever its name.
    var traits: KindTraits { get }
    /// The file whose values it yields; `nil` where it yields none.
    func file(_ context: NodeContext) -> FileReference?
    /// What is surprising about the values of the files that an instance reads.
    func valueRemark(_ context: NodeContext) -> ValueRemark?
    /// The settings worth a line in a picture of the graph.
    var label: String { get }
}

extension NodeKind {
    public func resolved(for context: NodeContext) -> Self { self }
    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? { nil }
    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? { nil }
    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] { [] }
    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] { [] }
    public var convolutions: ConvolutionChoice? { nil }
    public var traits: KindTraits { [] }
    public func file(_ context: NodeContext) -> FileReference? { nil }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { nil }
    public var label: String { "" }

    /// Reading every input and writing the output once, with `operations` for each number written.
    ///
    /// - Throws: what ``output(_:)`` throws.
    public func elementwiseCost(_ context: NodeContext, operations: Double = 1) throws(GraphError) -> Cost {
        let output = try output(context)
        let read = context.inputs.joined().reduce(0) { $0 + $1.byteCount }
        return Cost(operations: operations * Double(output.floatCount), bytes: Double(read + output.byteCount))
    }
}
