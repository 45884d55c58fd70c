/// What a coordinator waits for at most.
package struct Patience: Sendable {
    /// For a sign of life of each worker.
    let silence: Duration
    /// For anything to happen while all workers wait. Values come in parts of 4 MiB, so each of the connections that share
    /// a link needs 70 kB/s of it.
    let standstill: Duration

    package init(silence: Duration = .seconds(10), standstill: Duration = .seconds(60)) {
        self.silence = silence
        self.standstill = standstill
    }
}
