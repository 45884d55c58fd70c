/// What a coordinator waits for at most.
package struct Patience: Sendable {
    /// For a sign of life of each worker.
    let silence: Duration
    /// For anything to happen while all workers wait. Values come in parts of 4 MiB, so a connection may be as slow as
    /// 70 kB/s.
    let standstill: Duration

    package init(silence: Duration = .seconds(10), standstill: Duration = .seconds(60)) {
        self.silence = silence
        self.standstill = standstill
    }
}
