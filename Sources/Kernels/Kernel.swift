public import GraphModel
public import Networks
public import Tensors

/// What a kernel is told when it is made.
public struct KernelContext {
    /// The instance, the types of its inputs and its axis.
    public let node: NodeContext
    /// Type of the value it writes.
    public let output: TensorType
    /// Threads it may compute with.
    public let threads: Int
    /// Which boxes of the values the kernel is given, in place of the whole; by input and value.
    private let boxes: [[Region?]]
    /// What convolutions are that the graph leaves to the plan.
    public let automaticConvolutions: ConvolutionMethod
    /// Reads the files a graph refers to.
    public let files: GraphFiles
    /// What the kernels of a worker share, such as the weights of a network.
    public let shared: SharedResources

    package init(
        node: NodeContext, output: TensorType, threads: Int, automaticConvolutions: ConvolutionMethod,
        files: GraphFiles, shared: SharedResources, boxes: [[Region?]] = []
    ) {
        self.node = node
        self.output = output
        self.threads = threads
        self.automaticConvolutions = automaticConvolutions
        self.files = files
        self.shared = shared
        self.boxes = boxes
    }

    /// The box of a value's trailing axes that the kernel is given of it, or `nil` where it is given the whole.
    ///
    /// Only kinds that say which box they read are given one; it may be larger than that.
    public func box(_ input: Int, value: Int = 0) -> Region? {
        guard boxes.indices.contains(input), boxes[input].indices.contains(value) else { return nil }
        return boxes[input][value]
    }
}

/// The values that a kernel reads: for each input of its kind one, or those of all instances of a gather or neighbour
/// edge.
public struct KernelInputs {
    private let slots: [[TensorView]]

    package init(_ slots: [[TensorView]]) {
        self.slots = slots
    }

    /// The only value of an input.
    public subscript(_ input: Int) -> TensorView { slots[input][0] }

    /// All values of a gathering input, in the order of their axis.
    public func all(_ input: Int) -> [TensorView] { slots[input] }
}

/// The code of a kind on a worker, for one instance.
///
/// It is made and run on one thread. What it writes depends on its settings, its inputs and the iteration only, never on
/// the worker, so that results are the same wherever it runs.
public protocol Kernel<Kind>: AnyObject, SendableMetatype {
    associatedtype Kind: NodeKind

    /// Once before the first iteration: reads weights, plans transforms, allocates scratch.
    ///
    /// - Throws: whatever keeps it from running; the message reaches the user with the instance's name.
    init(_ kind: Kind, _ context: KernelContext) throws

    /// Once an iteration (0 before the loop, then from 1), into a buffer that is kept between iterations and holds
    /// anything before.
    ///
    /// - Throws: whatever goes wrong; the run ends with the message.
    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws
}

/// A kernel that a library computes by one of several implementations, which it chooses by size and processor.
package protocol NamesImplementations: Kernel {
    /// Notes them in `context.shared`, without reading or computing anything.
    ///
    /// - Throws: what would keep the kernel from running, such as a library without a fast implementation.
    static func noteImplementations(_ kind: Kind, _ context: KernelContext) throws
}
