public import GraphModel
public import Networks
public import Tensors

/// A range of a worker's arena, in floats, that holds a value.
public struct BufferRange: Hashable, Sendable {
    public let offset: Int
    public let count: Int

    public var end: Int { offset + count }
}

/// One value sent from a worker to another: always into the same buffer there.
public struct Transfer: Hashable, Sendable {
    /// Position of the instance whose value it is.
    public let instance: Int
    /// Indices of the workers.
    public let from: Int
    public let to: Int
    /// When it is sent; a body transfer once an iteration.
    public let phase: Phase
    public let type: TensorType
    /// Where the receiver keeps it.
    public let target: BufferRange
}

/// What a worker does, one after the other.
public enum Step: Hashable, Sendable {
    /// Wait until the value of a transfer has arrived in its buffer.
    case receive(transfer: Int)
    /// Run the kernel of an instance; for every input the buffers it reads.
    case compute(instance: Int, inputs: [[BufferRange]], output: BufferRange)
    /// Send a value, from its own memory.
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
    public let setup: [Step]
    /// The steps of an iteration, the same every time.
    public let body: [Step]
    public let finish: [Step]
    /// Floats of the arena that holds every value.
    public let arenaCount: Int
    /// Bytes that the kernels keep for themselves.
    public let scratchBytes: Int
    /// Seconds of computing that an iteration is expected to take.
    public let predictedSeconds: Double
    /// State instances that this worker carries, and where.
    public let states: [Int: BufferRange]

    /// Bytes of memory in all.
    public var memoryBytes: Int { arenaCount * MemoryLayout<Float>.stride + scratchBytes }
}

/// Where and when every instance is computed: for each worker its steps, with buffers assigned ahead of time.
///
/// A pure function of graph, workers and costs.
public struct Plan: Sendable {
    public let expansion: Expansion
    public let workers: [WorkerPlan]
    public let transfers: [Transfer]
    /// For every instance the index of the worker that computes it.
    public let placement: [Int]
    /// What was changed, in graph and placement, so that there is less to compute and to send.
    public let rewrites: [Rewrite]
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

    /// Bytes that go from worker `from` to worker `to` in an iteration.
    public func bytesPerIteration(from: Int, to: Int) -> Int {
        transfers.reduce(0) { total, transfer in
            guard transfer.phase == .body, transfer.from == from, transfer.to == to else { return total }
            return total + transfer.type.byteCount
        }
    }
}

extension Plan {
    /// Seconds that an instance is expected to take on one thread.
    public static func predictedSeconds(_ instance: Instance) -> Double {
        Placement.predictedSeconds(instance.cost)
    }
}
