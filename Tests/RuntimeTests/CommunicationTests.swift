import GraphModel
import Runtime
import Testing

@Suite("Communication hidden by computing")
struct CommunicationTests {
    /// A worker that computes from 0 to 10 and from 20 to 30 microseconds.
    private func trace(_ worker: String, dropped: Int = 0) -> WorkerTrace {
        WorkerTrace(
            worker: worker, names: [("z", .compute), ("receive x", .receive)],
            events: [
                .init(name: 0, iteration: 1, start: 0, duration: 10),
                .init(name: 1, iteration: 1, start: 10, duration: 10),
                .init(name: 0, iteration: 2, start: 20, duration: 10),
            ], dropped: dropped, seconds: [20e-6, 10e-6])
    }

    private func span(_ start: Double, _ end: Double, from: Int = 0, to: Int = 1) -> TransferSpan {
        TransferSpan(phase: .body, value: "x", from: from, to: to, bytes: 4, start: start, end: end)
    }

    @Test("is what lies under that of sender or receiver, each link once")
    func hidden() {
        let communication = Communication([span(5, 15), span(12, 16), span(22, 24)], [trace("a"), trace("b")])
        #expect(communication.onTheWay == 13)
        #expect(communication.hidden == 7)
        let ways = Communication([span(5, 15), span(5, 15, from: 1, to: 0)], [trace("a"), trace("b")])
        #expect(ways.onTheWay == 20 && ways.hiddenPart == 0.5)
        #expect(Communication([], [trace("a")]).hiddenPart == nil)
    }

    @Test("is looked for only where the traces of a long run reach")
    func dropped() {
        let spans = [span(5, 15), span(29, 31), span(900, 990)]
        #expect(Communication(spans, [trace("a", dropped: 1), trace("b")]).onTheWay == 10)
        let none = WorkerTrace(worker: "b", names: [], events: [], dropped: 3, seconds: [])
        #expect(Communication(spans, [trace("a"), none]).hiddenPart == nil)
    }
}
