public import GraphModel
internal import Tensors

/// Workers whose memory does not suffice; nothing was started.
public struct PlanError: Error, Equatable, CustomStringConvertible {
    /// A line for each worker, and one that says what would suffice.
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}

extension Plan {
    /// The plan with the shortest iteration that was found among those for which every worker has enough memory.
    ///
    /// - Parameter remembered: For every instance its worker, as found before for the same graph and workers like these; it is
    ///   not taken where some worker has not the memory for it.
    /// - Throws: ``PlanError`` where there is none, saying how many such workers would do.
    public static func best(
        _ expansion: Expansion, workers: [Worker], links: Links = Links(), remembered: [Int]? = nil
    ) throws(PlanError) -> Plan {
        let full = workers.filter { !$0.hasRoom }
        guard full.isEmpty else {
            // No graph is small enough for those.
            throw PlanError(
                problems: full.map { worker in
                    "\(worker.name) may use \(megabytes(worker.memory ?? 0)) of memory, and its process takes "
                        + "\(megabytes(worker.idleBytes)) before it computes anything; let it use more (memory=… in the host "
                        + "file, --memory of a worker), or leave it out"
                })
        }
        if let remembered, remembered.count == expansion.instances.count,
            remembered.allSatisfy(workers.indices.contains)
        {
            let plan = Plan(expansion, workers: workers, links: links, homes: remembered)
            if plan.fits { return plan }
        }
        let (plan, fits) = closest(expansion, workers: workers, links: links)
        guard let plan else { return Plan(expansion, workers: workers, links: links) }
        guard !fits else { return plan }
        var problems: [String] = []
        for worker in plan.workers where !worker.fits {
            problems.append(
                "\(worker.worker.name) needs \(megabytes(worker.peakBytes)) of memory and may use "
                    + "\(megabytes(worker.worker.memory ?? 0))")
        }
        throw PlanError(problems: problems + [advice(expansion, workers, links, plan)])
    }

    /// The first candidate that fits, or the one that lacks the least.
    private static func closest(
        _ expansion: Expansion, workers: [Worker], links: Links
    ) -> (plan: Plan?, fits: Bool) {
        var closest: (plan: Plan, lack: Int)?
        for candidate in PlacementSearch(expansion, workers: workers, links: links).candidates() {
            let plan = Plan(expansion, workers: workers, links: links, homes: candidate.homes)
            let lack = plan.workers.reduce(0) { $0 + max(0, $1.peakBytes - ($1.worker.memory ?? Int.max)) }
            if lack == 0 { return (plan, true) }
            if closest.map({ lack < $0.lack }) ?? true { closest = (plan, lack) }
        }
        return (closest?.plan, false)
    }

    /// How many workers like these would do, found by doubling and halving.
    private static func advice(_ expansion: Expansion, _ workers: [Worker], _ links: Links, _ plan: Plan) -> String {
        func fits(_ count: Int) -> Bool {
            let more = (0..<count).map { workers[$0 % workers.count] }
            return closest(expansion, workers: more, links: links).fits
        }
        var enough = workers.count
        var last: Int
        repeat {
            last = enough
            enough = min(2 * enough, Limits.workers.upperBound)
            if fits(enough) {
                while last + 1 < enough {
                    let middle = (last + enough) / 2
                    if fits(middle) { enough = middle } else { last = middle }
                }
                return
                    "\(enough) such workers would do; add hosts, or let workers use more (memory=… in the host file, --memory of a worker)"
            }
            // More than there are instances to share out cannot help.
        } while enough < Limits.workers.upperBound && enough < 2 * expansion.instances.count
        let largest = expansion.instances.max { $0.type.byteCount < $1.type.byteCount }
        return "more such workers would not do, as '\(largest?.id.description ?? "")' alone takes "
            + "\(megabytes(largest?.type.byteCount ?? 0)); use workers with more memory, smaller tiles or a smaller image"
    }
}

extension Worker {
    /// Whether it may use any memory beside what its process takes.
    fileprivate var hasRoom: Bool { memory.map { idleBytes < $0 } ?? true }
}

/// Bytes as whole megabytes, at least one.
private func megabytes(_ bytes: Int) -> String {
    "\(max(1, (bytes + 500_000) / 1_000_000)) MB"
}
