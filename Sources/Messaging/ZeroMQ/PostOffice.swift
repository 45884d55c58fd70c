internal import CZeroMQ
internal import Foundation
internal import Synchronization

/// Sends and receives for a process: a thread that owns every socket, and does nothing else.
///
/// One socket listens and answers whoever calls; one socket for each peer calls it. All calls may be made from any
/// thread and never wait for the network.
package final class PostOffice: Sendable {
    /// Whom a message is for, or from.
    package enum Address: Hashable, Sendable {
        /// A peer that was called, by the number that ``connect(to:key:)`` gave.
        case peer(Int)
        /// Somebody who called here.
        case caller([UInt8])
    }

    /// What stands behind a header.
    package enum Payload: Sendable {
        case none
        case bytes([UInt8])
        /// Memory that stays as it is until `done` is called, on any thread.
        case lent(Lent)
    }

    /// Memory that is sent from where it is.
    ///
    /// Safe to share: who lends it leaves it as it is until `done` is called.
    package struct Lent: @unchecked Sendable {
        let bytes: UnsafeRawBufferPointer
        let done: @Sendable () -> Void

        package init(_ bytes: UnsafeRawBufferPointer, done: @escaping @Sendable () -> Void) {
            self.bytes = bytes
            self.done = done
        }
    }

    /// Takes what arrives, on the post office's thread; the payload must not outlive the call.
    package typealias Handler = @Sendable (Address, FrameHeader, UnsafeRawBufferPointer) -> Void

    enum Order: Sendable {
        case connect(peer: Int, endpoint: String, key: String?)
        case send(Address, FrameHeader, Payload)
        case disconnect(peer: Int)
        case close
    }

    /// Where it listens, with its port; empty where it does not.
    package let endpoint: String

    private let orders: OrderQueue
    private let tally: Tally

    /// - Parameters:
    ///   - endpoint: Where to listen, such as `tcp://127.0.0.1:*`; `nil` to call only.
    ///   - keys: Lets in only those who know the public one; `nil` lets in everybody.
    ///   - handler: Takes what arrives.
    /// - Throws: ``MessagingError`` where it cannot listen there.
    package init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair? = nil, handler: @escaping Handler
    ) throws(MessagingError) {
        let orders = try OrderQueue()
        let tally = Tally()
        self.orders = orders
        self.tally = tally
        let opened = Opened()
        let thread = Thread {
            do throws(MessagingError) {
                var counter = try Counter(
                    context, listenAt: endpoint, keys: keys, orders: orders, tally: tally, handler: handler)
                opened.finish(.success(counter.endpoint))
                counter.serve()
            } catch {
                opened.finish(.failure(error))
            }
        }
        thread.name = "post office"
        thread.start()
        self.endpoint = try opened.wait().get()
    }

    deinit {
        orders.add(.close)
    }

    /// Calls a peer, as soon as somebody listens at `endpoint`.
    ///
    /// - Parameter key: The peer's public key; `nil` where it has none.
    package func connect(to endpoint: String, key: String? = nil) -> Address {
        .peer(orders.connect(endpoint, key: key))
    }

    /// Hangs up.
    package func disconnect(_ address: Address) {
        guard case .peer(let peer) = address else { return }
        orders.add(.disconnect(peer: peer))
    }

    /// Sends a message; where nobody is there to receive it, it is lost.
    package func send(_ header: FrameHeader, _ payload: Payload = .none, to address: Address) {
        orders.add(.send(address, header, payload))
    }

    /// Messages that were refused because they are no well-formed messages of this program.
    package var refused: Int { tally.refused.load(ordering: .relaxed) }

    /// Counts what the thread has to say.
    final class Tally: Sendable {
        let refused = Atomic<Int>(0)
    }

    /// Hands the outcome of opening from the new thread to the one that waits.
    private final class Opened: Sendable {
        private let done = DispatchSemaphore(value: 0)
        private let outcome = Mutex<Result<String, MessagingError>>(.failure(.cancelled))

        func finish(_ result: Result<String, MessagingError>) {
            outcome.withLock { $0 = result }
            done.signal()
        }

        func wait() -> Result<String, MessagingError> {
            done.wait()
            return outcome.withLock { $0 }
        }
    }
}
