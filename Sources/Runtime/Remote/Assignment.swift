internal import Foundation
package import GraphModel
package import Kernels
package import Networks
package import Scheduling

/// All that a worker must know to take its part in a run: it makes the plan of it itself, since a plan is a pure function.
package struct Assignment: Codable, Sendable {
    package struct Colleague: Codable, Sendable {
        package let name: String
        package let threads: Int
        package let hasWinograd: Bool
        /// Where other workers reach it.
        package let endpoint: String
        /// Its public key, where it has one.
        package let key: String?
    }

    private struct KnownFile: Codable, Sendable {
        let reference: FileReference
        let fact: FileFact
    }

    /// The graph as it was declared, with its parameters in force.
    let graph: String
    /// The graph's file, for messages.
    let name: String
    let rewriting: String
    private let facts: [KnownFile]
    package let workers: [Colleague]
    let placement: [Int]
    /// The positions of all instances as they are computed.
    let order: [Int]
    /// Which of the workers this one is.
    package let index: Int
    /// The iteration that the run goes on from; 0 at the start.
    package let first: Int

    package init(
        _ plan: Plan, name: String, facts: [FileReference: FileFact], endpoints: [String],
        keys: [String: String] = [:], index: Int, after first: Int
    ) throws {
        graph = try plan.expansion.declared.fileText()
        self.name = name
        rewriting = plan.expansion.rewriting.rawValue
        self.facts = facts.sorted { $0.key.path < $1.key.path }.map { KnownFile(reference: $0, fact: $1) }
        workers = zip(plan.workers, endpoints).map { plan, endpoint in
            Colleague(
                name: plan.worker.name, threads: plan.worker.threads, hasWinograd: plan.worker.hasWinograd,
                endpoint: endpoint, key: keys[endpoint])
        }
        placement = plan.assigned
        order = plan.order
        self.index = index
        self.first = first
    }

    /// The plan of the run.
    ///
    /// - Parameter scratch: What the library here says of the scratch memory of convolutions, by this worker's threads; how
    ///   much others take is nothing to it.
    /// - Throws: ``GraphError``, or ``RunError`` where the assignment contradicts itself.
    package func plan(
        _ catalog: KernelCatalog, scratch: (Set<ConvolutionShape>, _ threads: Int) -> [ConvolutionShape: Int]
    ) throws -> Plan {
        let facts = FileFacts(
            Dictionary(self.facts.map { ($0.reference, $0.fact) }, uniquingKeysWith: { first, _ in first }))
        let declared = try Graph(Data(graph.utf8), file: name, kinds: catalog.kinds).expand(facts)
        guard let rewriting = Rewriting(rawValue: rewriting), workers.indices.contains(index) else {
            throw RunError.assignment("it names no rewriting or no worker that there is")
        }
        guard (0...declared.iterations).contains(first), workers.allSatisfy({ (1...1024).contains($0.threads) }) else {
            throw RunError.assignment("its first iteration or its threads are out of bounds")
        }
        let expansion = try declared.rewritten(rewriting, workers: workers.count, facts)
        guard placement.count == expansion.instances.count, placement.allSatisfy(workers.indices.contains) else {
            throw RunError.assignment("its placement is not one of this graph's instances")
        }
        guard Plan.isOrder(order, of: expansion, homes: placement) else {
            throw RunError.assignment("its order is none in which this graph can be computed")
        }
        var team = workers.map { Worker(name: $0.name, threads: $0.threads, hasWinograd: $0.hasWinograd) }
        team[index].scratch = scratch(expansion.convolutions, team[index].threads)
        return Plan(expansion, workers: team, links: Links(), homes: placement, order: order)
    }
}
