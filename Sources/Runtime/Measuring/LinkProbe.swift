internal import Foundation
internal import Messaging
internal import Scheduling
internal import Synchronization
internal import Tensors

/// Measures the way from this worker to others: messages go out as values do, and come back empty.
final class LinkProbe: Sendable {
    private static let smallBytes = 64
    /// More than what a shaped link lets through in a burst.
    private static let largeBytes = 4 << 20
    /// Seconds to wait for an answer; a connection may take longer.
    private static let patience = 1.0
    static let connectionPatience = 4.0

    private let echoes = EventQueue<UInt32>()
    private let isAtWork = Atomic<Bool>(false)

    /// Takes the answer to a message of ours; on the messenger's thread.
    func take(_ header: FrameHeader) {
        guard isAtWork.load(ordering: .relaxed) else { return }
        echoes.add(header.transfer)
    }

    /// Answers a message of another worker's.
    static func answer(_ header: FrameHeader, to address: Messenger.Address, by messenger: Messenger) {
        messenger.send(FrameHeader(.probe, run: header.run, transfer: header.transfer), to: address)
    }

    /// Measures on a thread of its own and calls `done` there: with `nil` where nobody answers. While another measurement
    /// is under way nothing is done.
    ///
    /// - Parameter key: The other's public key, where it has one.
    func measure(
        _ endpoint: String, key: String?, run: UInt64, by messenger: Messenger,
        done: @escaping @Sendable (Link?) -> Void
    ) {
        guard isAtWork.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        do throws(ThreadRefusal) {
            try startThread("link probe") { [self] in
                let peer = messenger.connect(to: endpoint, key: key)
                let link = link(to: peer, run: run, by: messenger)
                messenger.disconnect(peer)
                isAtWork.store(false, ordering: .releasing)
                done(link)
            }
        } catch {
            // Not measured; whoever asked waits no longer than for one that is slow.
            isAtWork.store(false, ordering: .releasing)
        }
    }

    private func link(to peer: Messenger.Address, run: UInt64, by messenger: Messenger) -> Link? {
        let way = Way(peer, run: run, messenger: messenger, echoes: echoes)
        // The first message waits for the connection.
        guard way.roundTrip(LinkProbe.smallBytes, patience: LinkProbe.connectionPatience) != nil else { return nil }
        let small = (0..<11).compactMap { _ in way.roundTrip(LinkProbe.smallBytes) }.sorted()
        // It is there, but too slow to be measured: at best as fast as this.
        let slow = Link(
            latency: LinkProbe.patience / 2, bandwidth: Double(LinkProbe.largeBytes) / LinkProbe.patience)
        guard small.count > 5 else { return slow }
        var fastest = Double.infinity
        var spent = 0.0
        // A connection speeds up as it is used, but a slow one has no time for many.
        for _ in 0..<4 where spent < 0.02 {
            guard let seconds = way.roundTrip(LinkProbe.largeBytes) else { break }
            fastest = min(fastest, seconds)
            spent += seconds
        }
        guard fastest.isFinite else { return Link(latency: small[5] / 2, bandwidth: slow.bandwidth) }
        var seconds = max(fastest - small[5], 1e-6)
        // A shaped link lets a burst pass at once: two messages take longer than one by what one takes without it.
        if seconds > 0.005, let one = way.rested(1, LinkProbe.largeBytes), let two = way.rested(2, LinkProbe.largeBytes)
        {
            seconds = max(seconds, two - one)
        }
        return Link(latency: small[5] / 2, bandwidth: Double(LinkProbe.largeBytes) / seconds)
    }

    /// The way to one other worker.
    private final class Way {
        private let peer: Messenger.Address
        private let run: UInt64
        private let messenger: Messenger
        private let echoes: EventQueue<UInt32>
        private let memory = TensorBuffer(floatCount: LinkProbe.largeBytes / MemoryLayout<Float>.stride)
        private var number: UInt32 = 0

        init(_ peer: Messenger.Address, run: UInt64, messenger: Messenger, echoes: EventQueue<UInt32>) {
            self.peer = peer
            self.run = run
            self.messenger = messenger
            self.echoes = echoes
        }

        /// Seconds until the answer to a message comes; `nil` where none does.
        func roundTrip(_ bytes: Int, patience: Double = LinkProbe.patience) -> Double? {
            let start = ContinuousClock.now
            send(bytes)
            return answer(to: number, patience: patience).map { ($0 - start).seconds }
        }

        /// Seconds until the last of some messages is answered that go out together, after the link has rested.
        func rested(_ messages: Int, _ bytes: Int) -> Double? {
            Thread.sleep(forTimeInterval: 0.01)
            let start = ContinuousClock.now
            for _ in 0..<messages { send(bytes) }
            return answer(to: number).map { ($0 - start).seconds }
        }

        private func send(_ bytes: Int) {
            number += 1
            let all = UnsafeRawBufferPointer(UnsafeBufferPointer(memory.floats))
            let lent = Messenger.Lent(UnsafeRawBufferPointer(rebasing: all.prefix(bytes))) { [memory] in
                withExtendedLifetime(memory) {}
            }
            messenger.send(
                FrameHeader(.probe, run: run, transfer: number, total: bytes, length: bytes), .lent(lent), to: peer)
        }

        private func answer(
            to number: UInt32, patience: Double = LinkProbe.patience
        ) -> ContinuousClock.Instant? {
            let start = ContinuousClock.now
            while (ContinuousClock.now - start).seconds < patience {
                // An earlier answer that came too late is not this one.
                if echoes.next(within: patience) == number { return .now }
            }
            return nil
        }
    }
}
