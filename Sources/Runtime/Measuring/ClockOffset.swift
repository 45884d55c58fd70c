/// How far a worker's clock is ahead of the coordinator's, in seconds, from questions that went there and back; the fastest
/// of them tells most exactly.
struct ClockOffset: Sendable {
    private(set) var seconds = 0.0
    private var roundTrip = Double.infinity

    /// - Parameters:
    ///   - sent: When the coordinator asked, by its own clock.
    ///   - clock: What the worker's clock said.
    ///   - received: When the answer came, by the coordinator's clock.
    mutating func note(sent: Double, clock: Double, received: Double) {
        let own = received - sent
        // What a worker says is anything at all.
        guard own >= 0, own < roundTrip, clock.isFinite, abs(clock) < 1e12 else { return }
        roundTrip = own
        seconds = clock - (sent + received) / 2
    }
}
