public import GraphModel
public import Networks
internal import Tensors

/// Where and when every instance is computed: for each worker its steps, with buffers assigned ahead of time.
///
/// A pure function of graph, workers and costs.
public struct Plan: Sendable {
    /// What is computed, with the parts of sums that this placement asks for.
    public let expansion: Expansion
    /// The part of each worker.
    public package(set) var workers: [WorkerPlan]
    /// All that goes from worker to worker, each at the place of its number.
    public package(set) var transfers: [Transfer]
    /// For every value the index of the worker that computes it.
    public let placement: [ValueID: Int]
    /// What an iteration is expected to take.
    public let prediction: Prediction
    /// What was changed in the graph, so that there is less to compute and to send.
    public var rewrites: [Rewrite] { expansion.rewrites }
    /// All that is computed, in an order in which each reads earlier ones only.
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
            let asking = workers[index].instances.first { $0.kind.convolutions == .winograd }
            return asking.map { instance in
                "\(workers[index].worker.name) has no Winograd convolutions, which '\(instance.id)' asks for; "
                    + "set them to 'auto' or 'direct'"
            }
        }
    }

    /// Whether every worker has the memory that it needs.
    public var fits: Bool { workers.allSatisfy(\.fits) }

    /// Bytes that an instance reads of another worker's value; `nil` where both are on one worker.
    public func bytes(from source: ValueID, to reader: ValueID) -> Int? {
        guard placement[source] != placement[reader], let type = expansion[source]?.type else { return nil }
        guard case .compute(let kind, let inputs, let context)? = expansion[reader]?.content else {
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
    /// Seconds that an instance is expected to take where it is placed.
    public func predictedSeconds(_ instance: Instance) -> Double {
        workers[placement[instance.id] ?? 0].worker.speeds.seconds(instance.cost, automatic: automaticConvolutions)
    }
}
