public import GraphModel
public import Networks
public import Tensors

/// A range of a worker's arena, in floats, that holds a value.
public struct BufferRange: Hashable, Sendable {
    public package(set) var offset: Int
    public let count: Int

    public var end: Int { offset + count }
}

/// What a kernel reads: the range of the arena, and the box of the value that lies there, or `nil` for the whole.
public struct Operand: Hashable, Sendable {
    public let range: BufferRange
    public let box: Region?
}

/// One value, or boxes of it, sent from a worker to another: always into the same buffer there.
public struct Transfer: Hashable, Sendable {
    /// Position of the instance whose value it is.
    public let instance: Int
    /// Indices of the workers.
    public let from: Int
    public let to: Int
    /// When it is sent; a body transfer once an iteration.
    public let phase: Phase
    /// Of the whole value.
    public let type: TensorType
    /// The boxes of the value's trailing axes that are sent, one after the other; `nil` for the whole.
    public let boxes: [Region]?
    /// Where the receiver keeps the value, or the box of it that it needs; other transfers may bring the rest.
    public package(set) var target: BufferRange
    /// The box that it keeps there; `nil` for the whole.
    public let targetBox: Region?

    /// Floats sent.
    public var floatCount: Int {
        guard let boxes else { return type.floatCount }
        return boxes.reduce(0) { $0 + type.cut(to: $1).floatCount }
    }

    /// Bytes sent.
    public var byteCount: Int { floatCount * MemoryLayout<Float>.stride }

    /// Type of what is sent, as it travels: boxes are so many numbers side by side.
    public var sentType: TensorType { boxes == nil ? type : TensorType([floatCount]) }
}

/// What a worker does, one after the other.
public enum Step: Hashable, Sendable {
    /// Wait until the value of a transfer has arrived in its buffer.
    case receive(transfer: Int)
    /// Run the kernel of an instance; for every input what it reads.
    case compute(instance: Int, inputs: [[Operand]], output: BufferRange)
    /// Put the boxes of a value that a transfer sends side by side.
    case pack(transfer: Int, source: BufferRange, target: BufferRange)
    /// Send a value, or boxes of it, from its own memory or from where they are packed.
    case send(transfer: Int, source: BufferRange)
    /// Wait until the memory of a value that was sent may be overwritten.
    case settle(transfer: Int, source: BufferRange)
    /// Let the sender overwrite the buffer of a transfer.
    case release(transfer: Int)
    /// Copy a value: a state takes what it becomes.
    case copy(source: BufferRange, target: BufferRange)
    /// Tell the coordinator a metric.
    case report(instance: Int, source: BufferRange)
    /// Hand the coordinator a value to keep.
    case keep(instance: Int, source: BufferRange)
}

/// The ordered steps of one worker, and the memory they use.
public struct WorkerPlan: Hashable, Sendable {
    public let worker: Worker
    public package(set) var setup: [Step]
    /// The steps of an iteration, the same every time.
    public package(set) var body: [Step]
    public package(set) var finish: [Step]
    /// Floats of the arena that holds every value.
    public let arenaCount: Int
    /// Bytes that the kernels keep for themselves.
    public let scratchBytes: Int
    /// Bytes of the values that it keeps for the end of the run.
    public let keptBytes: Int
    /// Bytes of the copies of its states that a run may go back to.
    public let snapshotBytes: Int
    /// State instances that this worker carries, and where.
    public package(set) var states: [Int: BufferRange]

    /// Copies of its states that a worker keeps where the run may go back to one.
    package static let snapshotCount = 3

    /// Bytes of memory in all.
    public var memoryBytes: Int { arenaCount * MemoryLayout<Float>.stride + scratchBytes + keptBytes + snapshotBytes }
    /// Bytes of memory that the worker's process will hold at most.
    public var peakBytes: Int { memoryBytes + worker.idleBytes }
    /// Whether that is no more than it may use.
    public var fits: Bool { worker.memory.map { peakBytes <= $0 } ?? true }
}

/// Where and when every instance is computed: for each worker its steps, with buffers assigned ahead of time.
///
/// A pure function of graph, workers and costs.
public struct Plan: Sendable {
    public let expansion: Expansion
    public package(set) var workers: [WorkerPlan]
    public package(set) var transfers: [Transfer]
    /// For every instance of the graph as it was given, the index of its worker: with it, an equal plan can be made.
    package let assigned: [Int]
    /// For every instance the index of the worker that computes it.
    public let placement: [Int]
    /// The positions of all instances in the order in which they are computed; each worker has its own in this order.
    package let order: [Int]
    /// What an iteration is expected to take.
    public let prediction: Prediction
    /// What was changed in the graph, so that there is less to compute and to send.
    public var rewrites: [Rewrite] { expansion.rewrites }
    /// For every instance the number that it carries on the wire; its position.
    public var instances: [Instance] { expansion.instances }

    /// What `auto` convolutions are in this plan, for all workers alike.
    public var automaticConvolutions: ConvolutionMethod {
        workers.allSatisfy(\.worker.hasWinograd) ? .winograd : .direct
    }

    /// How each node with convolutions computes them, by its id.
    public var convolutions: [String: ConvolutionMethod] {
        var methods: [String: ConvolutionMethod] = [:]
        for instance in instances {
            guard case .compute(let kind, _, let context) = instance.content, let choice = kind.convolutions else {
                continue
            }
            methods[context.node] = choice.method(automatic: automaticConvolutions)
        }
        return methods
    }

    /// What some worker cannot do, a line each, naming the worker; empty where the plan can be run.
    public var refusals: [String] {
        workers.indices.compactMap { index in
            guard !workers[index].worker.hasWinograd else { return nil }
            let asking = instances.indices.first { position in
                guard placement[position] == index, case .compute(let kind, _, _) = instances[position].content else {
                    return false
                }
                return kind.convolutions == .winograd
            }
            return asking.map { position in
                "\(workers[index].worker.name) has no Winograd convolutions, which '\(instances[position].id)' asks for; "
                    + "set them to 'auto' or 'direct'"
            }
        }
    }

    /// Whether every worker has the memory that it needs.
    public var fits: Bool { workers.allSatisfy(\.fits) }

    /// Bytes that an instance reads of another worker's value; `nil` where both are on one worker.
    public func bytes(from source: Int, to reader: Int) -> Int? {
        guard placement[source] != placement[reader] else { return nil }
        let type = instances[source].type
        guard case .compute(let kind, let inputs, let context) = instances[reader].content else {
            return type.byteCount
        }
        for (input, values) in inputs.enumerated() {
            guard let value = values.firstIndex(of: source) else { continue }
            return type.cut(to: kind.box(context, input: input, value: value)).byteCount
        }
        return type.byteCount
    }
}

/// What an iteration is expected to take, by the speeds of workers and links.
public struct Prediction: Hashable, Sendable {
    /// Seconds from the beginning of an iteration to its end.
    public let seconds: Double
    /// Seconds of it that each worker computes.
    public let busy: [Double]
}

extension Plan {
    /// Seconds that the instance at a position is expected to take where it is placed.
    public func predictedSeconds(_ position: Int) -> Double {
        workers[placement[position]].worker.speeds.seconds(
            instances[position].cost, automatic: automaticConvolutions)
    }
}
