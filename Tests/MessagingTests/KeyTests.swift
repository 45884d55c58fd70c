import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

@Suite("Keys", .timeLimit(.minutes(15)))
struct KeyTests {
    /// Counts what arrives at a listener.
    private final class Arrivals: Sendable {
        let transfers = Mutex<[UInt32]>([])
    }

    @Test("let in those who know the public one, and nobody else")
    func strangers() throws {
        let context = try Context()
        let arrivals = Arrivals()
        let keys = try KeyPair()
        let listener = try Messenger(context, listenAt: "tcp://127.0.0.1:*", keys: keys) { _, header, _ in
            arrivals.transfers.withLock { $0.append(header.transfer) }
        }
        let caller = try Messenger(context, listenAt: nil) { _, _, _ in }
        let others = [nil, try KeyPair().publicKey, "no key at all"]
        for (number, key) in others.enumerated() {
            caller.send(
                FrameHeader(.control, run: 1, transfer: UInt32(number)),
                to: caller.connect(to: listener.endpoint, key: key))
        }
        // What strangers send would be here by then.
        Thread.sleep(forTimeInterval: 0.3)
        caller.send(
            FrameHeader(.control, run: 1, transfer: 9),
            to: caller.connect(to: listener.endpoint, key: keys.publicKey))
        while arrivals.transfers.withLock({ $0.isEmpty }) { Thread.sleep(forTimeInterval: 0.01) }
        #expect(arrivals.transfers.withLock { $0 } == [9])
    }

    @Test("can be written into a host file")
    func text() throws {
        for _ in 0..<20 {
            let key = try KeyPair().publicKey
            #expect(key.utf8.count == 40 && !key.contains("#") && !key.contains(" "))
        }
        #expect(try KeyPair().publicKey != KeyPair().publicKey)
    }
}
