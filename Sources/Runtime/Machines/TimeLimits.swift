/// How long the parts of a run wait for each other at most: all in one place, and in a worker's assignment.
package struct TimeLimits: Codable, Hashable, Sendable {
    /// Without a sign of life a worker is lost after so long.
    package var workerSilence: Duration
    /// Its first sign of life may stand behind the whole of the plan.
    package var firstSign: Duration
    /// Without a sign of life a coordinator is lost after so long.
    package var coordinatorSilence: Duration = .seconds(15)
    /// Where all workers wait and nothing happens, a run has stalled after so long. Values come in parts of 4 MiB, so each of
    /// the connections that share a link needs 70 kB/s of it.
    package var stall: Duration
    /// A worker has so long to answer another before the run begins.
    package var reaching: Duration = .seconds(5)
    /// Who looks no oftener than this was held up itself, and has heard nothing meanwhile.
    package var heldUp: Duration = .seconds(5)

    /// Whether nobody waits for ever by them, nor gives up at once.
    var isSensible: Bool {
        [workerSilence, firstSign, coordinatorSilence, stall, reaching, heldUp].allSatisfy {
            (.milliseconds(100)...(.seconds(86400))).contains($0)
        }
    }

    /// - Parameter workerSilence: The first sign of life may take three times as long.
    package init(workerSilence: Duration = .seconds(10), stall: Duration = .seconds(60)) {
        self.workerSilence = workerSilence
        self.stall = stall
        firstSign = workerSilence * 3
    }
}
