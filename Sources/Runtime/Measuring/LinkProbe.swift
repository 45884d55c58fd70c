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

    /// Takes the answer to a message of ours; on the post office's thread.
    func take(_ header: FrameHeader) {
        guard isAtWork.load(ordering: .relaxed) else { return }
        echoes.add(header.transfer)
    }

    /// Answers a message of another worker's.
    static func answer(_ header: FrameHeader, to address: PostOffice.Address, by office: PostOffice) {
        office.send(FrameHeader(.probe, run: header.run, transfer: header.transfer), to: address)
    }

    /// Measures on a thread of its own and calls `done` there: with `nil` where nobody answers. While another measurement
    /// is under way nothing is done.
    ///
    /// - Parameter key: The other's public key, where it has one.
    func measure(
        _ endpoint: String, key: String?, run: UInt64, by office: PostOffice, done: @escaping @Sendable (Link?) -> Void
    ) {
        guard isAtWork.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        Thread.detachNewThread { [self] in
            let peer = office.connect(to: endpoint, key: key)
            let link = link(to: peer, run: run, by: office)
            office.disconnect(peer)
            isAtWork.store(false, ordering: .releasing)
            done(link)
        }
    }

    private func link(to peer: PostOffice.Address, run: UInt64, by office: PostOffice) -> Link? {
        let memory = TensorBuffer(floatCount: LinkProbe.largeBytes / MemoryLayout<Float>.stride)
        var number: UInt32 = 0
        func roundTrip(_ bytes: Int, patience: Double = LinkProbe.patience) -> Double? {
            number += 1
            let payload = UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(UnsafeBufferPointer(memory.floats)).prefix(bytes))
            let header = FrameHeader(.probe, run: run, transfer: number, total: bytes, length: bytes)
            let start = ContinuousClock.now
            office.send(header, .lent(PostOffice.Lent(payload) { withExtendedLifetime(memory) {} }), to: peer)
            while (ContinuousClock.now - start).seconds < patience {
                // An earlier answer that came too late is not this one.
                guard echoes.next(within: patience) == number else { continue }
                return (ContinuousClock.now - start).seconds
            }
            return nil
        }
        // The first message waits for the connection.
        guard roundTrip(LinkProbe.smallBytes, patience: LinkProbe.connectionPatience) != nil else { return nil }
        let small = (0..<11).compactMap { _ in roundTrip(LinkProbe.smallBytes) }.sorted()
        // It is there, but too slow to be measured: at best as fast as this.
        let slow = Link(
            latency: LinkProbe.patience / 2, bandwidth: Double(LinkProbe.largeBytes) / LinkProbe.patience)
        guard small.count > 5 else { return slow }
        var fastest = Double.infinity
        var spent = 0.0
        // A connection speeds up as it is used, but a slow one has no time for many.
        for _ in 0..<4 where spent < 0.15 {
            guard let seconds = roundTrip(LinkProbe.largeBytes) else { break }
            fastest = min(fastest, seconds)
            spent += seconds
        }
        guard fastest.isFinite else { return Link(latency: small[5] / 2, bandwidth: slow.bandwidth) }
        let oneWay = max(fastest - small[5], 1e-6)
        return Link(latency: small[5] / 2, bandwidth: Double(LinkProbe.largeBytes) / oneWay)
    }
}
