internal import Foundation
internal import GraphModel

extension Plan {
    /// What a plan says of a worker, but for how fast that is.
    private struct Part: Encodable {
        let worker: String
        let threads: Int
        let steps: [[Step<Buffer>]]
        let states: [CarriedState]
    }

    private struct Whole: Encodable {
        let workers: [Part]
        let transfers: [Transfer]
    }

    /// Bytes that are the same for equal plans, to take a hash of: who computes what and in which order, on which memory, and
    /// what goes to whom. Speeds that it was made by do not count.
    ///
    /// - Throws: what Foundation's encoder throws, on numbers that JSON does not have.
    package func canonicalBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let parts = workers.map { own in
            Part(
                worker: own.worker.name, threads: own.worker.threads, steps: Phase.allCases.map(own.steps),
                states: own.states)
        }
        return try Array(encoder.encode(Whole(workers: parts, transfers: transfers)))
    }
}
