internal import Foundation
internal import Synchronization

/// Sends and receives for a process, with a thread that does nothing else, and with those that wait for messages.
///
/// One socket listens and answers whoever calls; one socket for each peer calls it. All calls may be made from any
/// thread, and none but ``wait(until:)`` waits for the network.
package final class Messenger: Sendable {
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

    /// Takes what arrives, one message at a time, on the messenger's thread or on one that sends or waits; it must not
    /// wait, and the payload must not outlive the call.
    package typealias Handler = @Sendable (Address, FrameHeader, UnsafeRawBufferPointer) -> Void

    enum Command: Sendable {
        case connect(peer: Int, endpoint: String, key: String?)
        case send(Address, FrameHeader, Payload)
        case disconnect(peer: Int)
        case close
    }

    /// Where it listens, with its port; empty where it does not.
    package let endpoint: String

    /// To be called when something is as another thread may wait for it to be; it keeps nothing of the messenger alive
    /// that ZeroMQ's own threads, which may call it, must not close.
    package let changed: @Sendable () -> Void

    private let commands: CommandQueue
    private let loop: IOLoop
    private let tally: Tally

    /// - Parameters:
    ///   - endpoint: Where to listen, such as `tcp://127.0.0.1:*`; `nil` to call only.
    ///   - keys: Lets in only those who know the public one; `nil` lets in everybody.
    ///   - handler: Takes what arrives.
    /// - Throws: ``MessagingError`` where it cannot listen there.
    package init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair? = nil, handler: @escaping Handler
    ) throws(MessagingError) {
        let commands = CommandQueue()
        let tally = Tally()
        let loop = try IOLoop(
            context, listenAt: endpoint, keys: keys, commands: commands, tally: tally, handler: handler)
        self.commands = commands
        self.tally = tally
        self.loop = loop
        self.endpoint = loop.endpoint
        changed = { [turns = loop.turns] in turns.changed() }
        do throws(ThreadRefusal) {
            try startThread("messenger") { loop.serve() }
        } catch {
            throw .thread(error.description)
        }
    }

    deinit {
        give(.close)
    }

    private func give(_ command: Command) {
        commands.add(command)
        loop.carryOutCommands()
    }

    /// Calls a peer, as soon as somebody listens at `endpoint`.
    ///
    /// - Parameter key: The peer's public key; `nil` where it has none.
    package func connect(to endpoint: String, key: String? = nil) -> Address {
        defer { loop.carryOutCommands() }
        return .peer(commands.connect(endpoint, key: key))
    }

    /// Hangs up.
    package func disconnect(_ address: Address) {
        guard case .peer(let peer) = address else { return }
        give(.disconnect(peer: peer))
    }

    /// Sends a message; where nobody is there to receive it, it is lost.
    package func send(_ header: FrameHeader, _ payload: Payload = .none, to address: Address) {
        give(.send(address, header, payload))
    }

    /// Sends a message with the next that is sent, behind it, or when ``sendPostponed()`` is called.
    package func sendWithNext(_ header: FrameHeader, to address: Address) {
        commands.postpone(.send(address, header, .none))
    }

    /// Sends what waits for another message to be sent.
    package func sendPostponed() {
        commands.addPostponed()
        loop.carryOutCommands()
    }

    /// Waits until `isTrue` is so, which messages make it, or other threads, who then call ``changed()``.
    ///
    /// It is called again and again, on this thread, and must be quick. Messages that arrive meanwhile may be handed to
    /// the handler on this thread.
    package func wait(until isTrue: () -> Bool) {
        loop.wait(until: isTrue)
    }

    /// Messages that were refused because they are no well-formed messages of this program.
    package var refused: Int { tally.refused.load(ordering: .relaxed) }

    /// Counts what the thread has to say.
    final class Tally: Sendable {
        let refused = Atomic<Int>(0)
    }
}
