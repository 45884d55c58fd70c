public import GraphModel
public import Networks
public import Tensors

/// An instance as the worker that computes it sees it: all that its kernel is made of.
public struct PlannedInstance: Sendable {
    /// Of the value that it yields.
    public let id: ValueID
    /// What it computes.
    public let kind: any NodeKind
    /// What its kind is told: types of what it reads, axes, and facts of files.
    public let context: NodeContext
    /// Shape and element type of its value.
    public let type: TensorType
}

extension PlannedInstance: Hashable {
    public static func == (left: PlannedInstance, right: PlannedInstance) -> Bool {
        left.id == right.id && left.type == right.type && left.context == right.context
            && AnyHashable(left.kind) == AnyHashable(right.kind)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(type)
    }
}

/// A state that a worker carries from one iteration to the next, and where.
public struct CarriedState: Hashable, Sendable, Codable {
    /// The state, a value that changes after each iteration.
    public let id: ValueID
    /// Its shape and element type.
    public let type: TensorType
    /// Where in the arena it lies.
    public package(set) var range: BufferRange
}

/// What one worker needs of a plan, and no more: its ordered steps, what they compute, and the memory they use.
public struct WorkerPlan: Hashable, Sendable {
    /// Who computes.
    public let worker: Worker
    /// Which of the plan's workers it is.
    public let index: Int
    /// The steps before the loop.
    public package(set) var setup: [Step<Buffer>]
    /// The steps of an iteration, the same every time.
    public package(set) var body: [Step<Buffer>]
    /// The steps after the loop.
    public package(set) var finish: [Step<Buffer>]
    /// What it computes.
    public let instances: [PlannedInstance]
    /// The states that it carries, in the order of the graph.
    public package(set) var states: [CarriedState]
    /// The transfers that it sends or receives, in order.
    public package(set) var transfers: [Transfer]
    /// What `auto` convolutions are, for all workers alike.
    public let automaticConvolutions: ConvolutionMethod
    /// Floats of the arena that holds every value.
    public let arenaCount: Int
    /// Bytes that the kernels keep for themselves.
    public let scratchBytes: Int
    /// Bytes of the values that it keeps for the end of the run.
    public let keptBytes: Int
    /// Bytes of the copies of its states that a run may go back to.
    public let snapshotBytes: Int

    /// Copies of its states that a worker keeps where the run may go back to one.
    package static let snapshotCount = 3

    /// Types of the values that it computes or carries.
    package var heldTypes: [ValueID: TensorType] {
        Dictionary(
            instances.map { ($0.id, $0.type) } + states.map { ($0.id, $0.type) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The steps of a phase.
    public func steps(_ phase: Phase) -> [Step<Buffer>] {
        switch phase {
        case .setup: setup
        case .body: body
        case .finish: finish
        }
    }

    /// Bytes of memory in all.
    public var memoryBytes: Int { arenaCount * MemoryLayout<Float>.stride + scratchBytes + keptBytes + snapshotBytes }
    /// Bytes of memory that the worker's process will hold at most.
    public var peakBytes: Int { memoryBytes + worker.idleBytes }
    /// Whether that is no more than it may use.
    public var fits: Bool { worker.memory.map { peakBytes <= $0 } ?? true }
}
