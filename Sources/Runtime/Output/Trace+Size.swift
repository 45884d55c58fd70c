internal import GraphModel
package import Scheduling

extension ChromeTrace {
    /// Bytes that the trace of a run of a plan takes at most.
    ///
    /// - Parameter isRemote: Whether workers are processes of their own.
    package static func largestSize(_ plan: Plan, isRemote: Bool) -> Int {
        let iterations = plan.expansion.iterations
        let limit = WorkerTrace.mostEvents(isRemote: isRemote)
        var bytes = 256
        for worker in plan.workers {
            let once = size(worker.traceNames(.setup) + worker.traceNames(.finish))
            let body = size(worker.traceNames(.body))
            let count = once.count + saturating(body.count, iterations)
            let all = once.bytes + saturating(body.bytes, iterations)
            // Beyond its limit a trace grows no more; which events stay is no matter of size on average.
            let longest = max(once.longest, body.longest)
            bytes += min(all, saturating(min(count, limit), longest)) + 256
        }
        guard isRemote else { return bytes }
        let transfers = saturating(plan.transfers.count, iterations)
        let names = plan.transfers.map { entryBytes + $0.value.description.utf8.count }.max() ?? 0
        // No link has more lines than transfers.
        let lines = saturating(plan.transfers.count, lineBytes)
        return bytes + lines + saturating(min(transfers, limit * plan.workers.count), names)
    }

    /// Bytes of the name of a link's line.
    private static let lineBytes = 128

    /// Bytes of an event beside its name: its keys, and numbers of as many digits as there are.
    private static let entryBytes = 165

    private static func size(_ names: [(String, WorkerTrace.Category)]) -> (count: Int, bytes: Int, longest: Int) {
        let each = names.map { entryBytes + $0.0.utf8.count }
        return (each.count, each.reduce(0, +), each.max() ?? 0)
    }

    private static func saturating(_ one: Int, _ other: Int) -> Int {
        let (product, isTooLarge) = one.multipliedReportingOverflow(by: other)
        return isTooLarge ? Int.max >> 8 : product
    }
}

extension WorkerTrace {
    /// Events that a worker keeps.
    static func mostEvents(isRemote: Bool) -> Int { isRemote ? 50_000 : 200_000 }
}
