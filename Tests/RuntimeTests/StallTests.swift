import Foundation
import GraphModel
import Messaging
import Runtime
import Scheduling
import Tensors
import TestSupport
import Testing

@Suite("A run that has stalled")
struct StallTests {
    private let start = ContinuousClock.now
    private let limit = Duration.seconds(60)

    private func later(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// Two workers that wait, one for the other and one for the coordinator.
    private func waiting() -> StallDetector {
        var watch = StallDetector(workers: 2, now: start)
        watch.note(Standing(moves: 7, wait: .transfer(.value(transfer: 3))), of: 0, at: later(1))
        watch.note(Standing(moves: 9, wait: .word), of: 1, at: later(1))
        return watch
    }

    @Test("is noticed when all have waited for long, and told with what each waits for")
    func noticed() {
        let watch = waiting()
        #expect(watch.waits(at: later(61), limit: limit) == nil)
        #expect(watch.waits(at: later(62), limit: limit) == [.transfer(.value(transfer: 3)), .word])
    }

    @Test("is none while a worker computes, or has said nothing yet")
    func computing() {
        var watch = waiting()
        watch.note(Standing(moves: 9, wait: nil), of: 1, at: later(2))
        #expect(watch.waits(at: later(9999), limit: limit) == nil)
        var silent = StallDetector(workers: 2, now: start)
        silent.note(Standing(moves: 0, wait: .word), of: 0, at: start)
        #expect(silent.waits(at: later(9999), limit: limit) == nil)
    }

    @Test("is none while anything arrives, at a worker or at the coordinator")
    func moving() {
        var watch = waiting()
        watch.note(Standing(moves: 8, wait: .transfer(.value(transfer: 3))), of: 0, at: later(50))
        #expect(watch.waits(at: later(100), limit: limit) == nil)
        watch.note(moves: 1, at: later(100))
        #expect(watch.waits(at: later(150), limit: limit) == nil)
        watch.note(at: later(150))
        #expect(watch.waits(at: later(200), limit: limit) == nil)
        // The same again is nothing new.
        watch.note(Standing(moves: 8, wait: .transfer(.value(transfer: 3))), of: 0, at: later(210))
        watch.note(moves: 1, at: later(210))
        #expect(watch.waits(at: later(211), limit: limit) != nil)
    }
}

@Suite("What is told of a run that has stalled")
struct StallTextTests {
    @Test("is who waits for whom, and where they are reached")
    func chain() throws {
        let folder = try TemporaryFolder()
        let settings = ["image": try folder.image([1, 3, 71, 58]), "tile": "24"]
        let plan = try Job("pnp", settings).plan(workers: 2)
        let transfer = try #require(plan.transfers.first { $0.phase == .body })
        let (number, id) = (transfer.id.number, transfer.value)
        let endpoints = ["tcp://a:1", "tcp://b:2"]
        func place(_ worker: Int) -> String { "\(plan.workers[worker].worker.name) at \(endpoints[worker])" }
        func waits(_ wait: ZeroMQTransport.Wait, of worker: Int) -> [Standing.Wait] {
            (0..<2).map { $0 == worker ? .transfer(wait) : .word }
        }
        let end = "; a connection between them seems to have broken, so see to their network"
        #expect(
            plan.chain(of: waits(.value(transfer: number), of: transfer.to), endpoints: endpoints)
                == "\(place(transfer.to)) waits for '\(id)' of \(place(transfer.from))\(end)")
        #expect(
            plan.chain(of: waits(.room(transfer: number), of: transfer.from), endpoints: endpoints)
                == "\(place(transfer.from)) waits for room for '\(id)' at \(place(transfer.to))\(end)")
        // Both for each other: each is told once.
        var both = waits(.value(transfer: number), of: transfer.to)
        both[transfer.from] = .transfer(.room(transfer: number))
        let text = plan.chain(of: both, endpoints: endpoints)
        #expect(text.hasSuffix(end) && text.components(separatedBy: " waits for ").count == 3, "\(text)")
    }

    @Test("is that all wait for the coordinator, where they do")
    func words() throws {
        let folder = try TemporaryFolder()
        let plan = try Job("pnp", ["image": try folder.image([1, 3, 71, 58])]).plan(workers: 2)
        let text = "all workers wait for this program, though they are there; see to the network between them and it"
        #expect(plan.chain(of: [.word, .file], endpoints: ["tcp://a:1", "tcp://b:2"]) == text)
        // A number that no transfer has.
        #expect(
            plan.chain(of: [.transfer(.value(transfer: -3)), .word], endpoints: ["tcp://a:1", "tcp://b:2"]) == text)
    }
}
