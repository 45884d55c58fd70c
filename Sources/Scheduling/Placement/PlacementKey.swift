internal import Foundation
package import GraphModel
internal import Networks
internal import Tensors

extension Plan {
    /// Text that is the same for graphs, workers and links for which the same placement is as good: to keep what was found
    /// under a hash of it.
    ///
    /// Speeds, links and free memory are measured, and never twice the same, so they count to half a power of two.
    package static func placementKey(_ expansion: Expansion, workers: [Worker], links: Links) -> String {
        var lines = [expansion.graph.name, "\(expansion.rewriting.rawValue)"]
        for instance in expansion.instances {
            let cost = instance.cost
            var line =
                "\(instance.id) \(instance.phase.rawValue) \(instance.type) \(cost.operations) \(cost.bytes) \(cost.scratchBytes)"
            line += cost.work.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
            switch instance.content {
            case .state(let initial, let next): line += " \(initial) \(next)"
            case .compute(let kind, let inputs, let context):
                line += " \(type(of: kind).name)"
                for (input, values) in inputs.enumerated() {
                    line += " |"
                    for (value, id) in values.enumerated() {
                        line += " \(id)"
                        if let box = kind.box(context, input: input, value: value) { line += "\(box)" }
                    }
                }
            }
            lines.append(line)
        }
        for worker in workers {
            lines.append(
                "\(worker.name) \(worker.threads) \(worker.hasWinograd) \(rounded(Double(worker.memory ?? 0))) \(rounded(Double(worker.idleBytes))) "
                    + worker.speeds.roughly)
        }
        for from in workers.indices {
            lines.append(
                workers.indices.map { to in
                    from == to ? "-" : "\(rounded(links[from, to].latency)) \(rounded(links[from, to].bandwidth))"
                }.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    /// The worker of every instance of a graph that was planned so, in order.
    package func homes(of expansion: Expansion) -> [Int] {
        expansion.instances.map { placement[$0.id] ?? 0 }
    }
}

/// The nearest power of the square root of two.
private func rounded(_ value: Double) -> Int {
    value > 0 && value.isFinite ? Int((2 * log2(value)).rounded()) : 0
}

extension Speeds {
    /// What a second of each sort of work is worth, roughly.
    fileprivate var roughly: String {
        let samples: [Cost] = [
            Cost(operations: 1e9), Cost(bytes: 1e9), Cost(operations: 1e9, work: [.transform: 1e9]),
            Cost(operations: 1e9, work: [.loops(parts: 1): 1e9]), Cost(operations: 1e9, work: [.loops(parts: 64): 1e9]),
            Cost(operations: 1e9, work: [.convolution(channels: 16, .direct): 1e9]),
            Cost(operations: 1e9, work: [.convolution(channels: 64, .direct): 1e9]),
            Cost(operations: 1e9, work: [.convolution(channels: 64, .winograd): 1e9]),
        ]
        return samples.map { "\(rounded(seconds($0, automatic: .direct)))" }.joined(separator: " ")
    }
}
