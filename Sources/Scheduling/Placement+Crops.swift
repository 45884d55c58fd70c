internal import GraphModel
internal import Tensors

extension Placement {
    /// Moves what only cuts a value to the worker that makes the value, where the cuts are fewer bytes to send than the
    /// whole. It computes nothing anew, so bits stay as they are.
    static func cropBeforeSending(_ expansion: Expansion, _ homes: inout [Int]) -> [Rewrite] {
        var saved: [(node: Int, bytes: Int)] = []
        for (link, readers) in links(expansion, homes).sorted(by: { $0.key < $1.key }) {
            let whole = expansion.instances[link.source]
            guard readers.allSatisfy({ isCut(expansion.instances[$0]) }) else { continue }
            let cuts = readers.reduce(0) { $0 + expansion.instances[$1].type.byteCount }
            guard cuts < whole.type.byteCount else { continue }
            for reader in readers { homes[reader] = homes[link.source] }
            saved.append((expansion.instances[readers[0]].node, whole.type.byteCount - cuts))
        }
        let nodes = Dictionary(grouping: saved, by: \.node)
        return nodes.sorted { $0.key < $1.key }.map { node, links in
            let bytes = links.reduce(0) { $0 + $1.bytes }
            return Rewrite(
                rule: .crops, node: expansion.graph.nodes[node].id,
                change: "is cut before it is sent, \(bytes) bytes less in an iteration")
        }
    }

    private struct Link: Hashable, Comparable {
        let source: Int
        let worker: Int

        static func < (left: Link, right: Link) -> Bool {
            (left.source, left.worker) < (right.source, right.worker)
        }
    }

    /// For every value and every other worker that reads it, the instances that do.
    private static func links(_ expansion: Expansion, _ homes: [Int]) -> [Link: [Int]] {
        var links: [Link: [Int]] = [:]
        for (position, instance) in expansion.instances.enumerated() {
            switch instance.content {
            case .compute(_, let inputs, _):
                for source in Set(inputs.joined()) where homes[source] != homes[position] {
                    links[Link(source: source, worker: homes[position]), default: []].append(position)
                }
            case .state(let initial, _):
                guard homes[initial] != homes[position] else { continue }
                links[Link(source: initial, worker: homes[position]), default: []].append(position)
            }
        }
        return links
    }

    /// Whether an instance only copies out of the one value that it reads.
    private static func isCut(_ instance: Instance) -> Bool {
        guard case .compute(_, let inputs, _) = instance.content else { return false }
        return inputs.count == 1 && inputs[0].count == 1 && instance.cost.operations == 0
    }
}
