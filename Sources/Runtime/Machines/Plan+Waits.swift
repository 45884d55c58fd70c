internal import GraphModel
internal import Messaging
package import Scheduling

extension Plan {
    /// Links of a chain that are told: more make nobody wiser.
    private static let longestChain = 4

    /// Who waits for whom, from the first of the workers that waits for another on to the last in that chain.
    package func chain(of waits: [Standing.Wait], endpoints: [String]) -> String {
        var passed: [Int] = []
        var parts: [String] = []
        var next = waits.firstIndex {
            if case .transfer = $0 { return true }
            return false
        }
        while let index = next, !passed.contains(index), parts.count < Plan.longestChain {
            guard case .transfer(let wait) = waits[index] else { break }
            let (number, what): (Int, String) =
                switch wait {
                case .value(let awaited): (awaited, "for")
                case .room(let kept): (kept, "for room for")
                }
            guard transfers.indices.contains(number) else { break }
            let transfer = transfers[number]
            let other = transfer.from == index ? transfer.to : transfer.from
            let value = transfer.value
            parts.append(
                "\(place(index, endpoints)) waits \(what) '\(value)' "
                    + "\(transfer.from == index ? "at" : "of") \(place(other, endpoints))")
            passed.append(index)
            next = other
        }
        guard !parts.isEmpty else {
            return "all workers wait for this program, though they are there; see to the network between them and it"
        }
        return parts.joined(separator: ", ")
            + "; a connection between them seems to have broken, so see to their network"
    }

    private func place(_ worker: Int, _ endpoints: [String]) -> String {
        workers[worker].worker.name + (endpoints.indices.contains(worker) ? " at \(endpoints[worker])" : "")
    }
}
