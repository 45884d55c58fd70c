import Messaging
import Runtime
import Testing

@Suite("A run that stands still")
struct StandstillTests {
    private let start = ContinuousClock.now
    private let patience = Duration.seconds(60)

    private func later(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// Two workers that wait, one for the other and one for the coordinator.
    private func waiting() -> StandstillWatch {
        var watch = StandstillWatch(workers: 2, now: start)
        watch.note(Standing(moves: 7, wait: .transfer(.value(transfer: 3))), of: 0, at: later(1))
        watch.note(Standing(moves: 9, wait: .word), of: 1, at: later(1))
        return watch
    }

    @Test("is noticed when all have waited for long, and told with what each waits for")
    func noticed() {
        let watch = waiting()
        #expect(watch.waits(at: later(61), patience: patience) == nil)
        #expect(watch.waits(at: later(62), patience: patience) == [.transfer(.value(transfer: 3)), .word])
    }

    @Test("is none while a worker computes, or has said nothing yet")
    func computing() {
        var watch = waiting()
        watch.note(Standing(moves: 9, wait: nil), of: 1, at: later(2))
        #expect(watch.waits(at: later(9999), patience: patience) == nil)
        var silent = StandstillWatch(workers: 2, now: start)
        silent.note(Standing(moves: 0, wait: .word), of: 0, at: start)
        #expect(silent.waits(at: later(9999), patience: patience) == nil)
    }

    @Test("is none while anything arrives, at a worker or at the coordinator")
    func moving() {
        var watch = waiting()
        watch.note(Standing(moves: 8, wait: .transfer(.value(transfer: 3))), of: 0, at: later(50))
        #expect(watch.waits(at: later(100), patience: patience) == nil)
        watch.note(moves: 1, at: later(100))
        #expect(watch.waits(at: later(150), patience: patience) == nil)
        watch.note(at: later(150))
        #expect(watch.waits(at: later(200), patience: patience) == nil)
        // The same again is nothing new.
        watch.note(Standing(moves: 8, wait: .transfer(.value(transfer: 3))), of: 0, at: later(210))
        watch.note(moves: 1, at: later(210))
        #expect(watch.waits(at: later(211), patience: patience) != nil)
    }
}
