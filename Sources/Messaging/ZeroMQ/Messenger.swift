internal import Foundation
internal import Synchronization

/// Sends and receives for a process, with a thread that does nothing else, and with those that wait for messages.
///
/// One socket listens and answers whoever calls; one socket for each peer calls it. All calls may be made from any
/// thread, and none but ``wait(until:)`` waits for the network. Values and credits of a run go to its transport, all else to
/// the handler.
///
/// Safe to share: the sockets and what belongs to them are used under `lock`, all else is guarded on its own. A command that
/// the handler gives comes while the lock is held; whoever holds it looks again after, and carries it out.
package final class Messenger: @unchecked Sendable {
    /// Whom a message is for, or from.
    package enum Address: Hashable, Sendable {
        /// A peer that was called, by the number that ``connect(to:key:)`` gave.
        case peer(Int)
        /// Somebody who called here.
        case caller([UInt8])
    }

    /// Takes what arrives, one message at a time, on the messenger's thread or on one that sends or waits; it must not
    /// wait, and the payload must not outlive the call.
    package typealias Handler = @Sendable (Address, FrameHeader, UnsafeRawBufferPointer) -> Void

    private enum Command: Sendable {
        case connect(peer: Int, endpoint: String, key: String?)
        case send(Address, FrameHeader, Payload)
        case disconnect(peer: Int)
    }

    /// What is asked of whoever is at the sockets next.
    private struct Commands {
        var waiting: [Command] = []
        /// What leaves behind the next that is asked.
        var postponed: [Command] = []
        var peers = 0

        mutating func add(_ command: Command) {
            waiting.append(command)
            addPostponed()
        }

        mutating func addPostponed() {
            waiting += postponed
            postponed.removeAll(keepingCapacity: true)
        }
    }

    /// What is known of those that messages come from, and who takes their values.
    private struct Correspondence {
        struct Delivery { weak var transport: ZeroMQTransport? }

        var transports: [UInt64: Delivery] = [:]
        /// When anything last came from those that are watched.
        var heard: [Address: ContinuousClock.Instant] = [:]
    }

    /// Where it listens, with its port; empty where it does not.
    package let endpoint: String

    /// To be called when something is as another thread may wait for it to be; it keeps nothing of the messenger alive
    /// that ZeroMQ's own threads, which may call it, must not close.
    package let changed: @Sendable () -> Void

    private let context: Context
    private let handler: Handler
    private let poller: Poller
    private let commands = Mutex(Commands())
    private let correspondence = Mutex(Correspondence())
    private let refusals = Atomic<Int>(0)

    private let lock = NSLock()
    /// By the number of the peer; the one that listens is ``listener``.
    private var sockets: [Int: Socket] = [:]
    /// Its own pair for calling those who have keys, made when it first calls one.
    private var callerKeys: KeyPair?
    /// Sockets at which more has arrived than was taken, as each may only keep a thread so long.
    private var unfinished: [Int] = []
    /// Memory for the commands that are carried out.
    private var taken: [Command] = []

    /// Peers' numbers begin at 1.
    private static let listener = 0
    /// Messages that are taken from a socket before it is others' turn.
    private static let turn = 32

    /// - Parameters:
    ///   - endpoint: Where to listen, such as `tcp://127.0.0.1:*`; `nil` to call only.
    ///   - keys: Lets in only those who know the public one; `nil` lets in everybody.
    ///   - handler: Takes what arrives.
    /// - Throws: ``MessagingError`` where it cannot listen there.
    package init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair? = nil, handler: @escaping Handler
    ) throws(MessagingError) {
        self.context = context
        self.handler = handler
        poller = try Poller()
        changed = { [poller] in poller.changed() }
        if let endpoint {
            let socket = try Socket(.router, for: endpoint, in: context)
            if let keys { try socket.listen(with: keys) }
            self.endpoint = try socket.bind(to: endpoint)
            poller.add(try socket.descriptor(), as: Messenger.listener)
            sockets[Messenger.listener] = socket
        } else {
            self.endpoint = ""
        }
        do throws(ThreadRefusal) {
            // The thread ends when the messenger is gone, and does not keep it.
            try startThread("messenger") { [weak self, poller] in
                poller.serve { events in self?.receive(events) != nil }
            }
        } catch {
            throw .thread(error.description)
        }
    }

    deinit {
        // Last words; then the sockets close, with nobody left who could be at them.
        carryOutCommands()
        poller.ring()
    }

    // MARK: For all threads

    /// Calls a peer, as soon as somebody listens at `endpoint`, and watches it.
    ///
    /// - Parameter key: The peer's public key; `nil` where it has none.
    package func connect(to endpoint: String, key: String? = nil) -> Address {
        let peer = commands.withLock { commands in
            commands.peers += 1
            commands.add(.connect(peer: commands.peers, endpoint: endpoint, key: key))
            return commands.peers
        }
        watch(.peer(peer))
        carryOutCommands()
        return .peer(peer)
    }

    /// Hangs up.
    package func disconnect(_ address: Address) {
        guard case .peer(let peer) = address else { return }
        unwatch(address)
        give(.disconnect(peer: peer))
    }

    /// Sends a message; where nobody is there to receive it, it is lost.
    package func send(_ header: FrameHeader, _ payload: Payload = .none, to address: Address) {
        give(.send(address, header, payload))
    }

    private func give(_ command: Command) {
        commands.withLock { $0.add(command) }
        carryOutCommands()
    }

    /// Sends a message with the next that is sent, behind it, or when ``sendPostponed()`` is called.
    package func sendWithNext(_ header: FrameHeader, to address: Address) {
        commands.withLock { $0.postponed.append(.send(address, header, .none)) }
    }

    /// Sends what waits for another message to be sent.
    package func sendPostponed() {
        commands.withLock { $0.addPostponed() }
        carryOutCommands()
    }

    /// Waits until `isTrue` is so, which messages make it, or other threads, who then call ``changed()``.
    ///
    /// It is called again and again, on this thread, and must be quick. Messages that arrive meanwhile may be handed to
    /// the handler on this thread.
    package func wait(until isTrue: () -> Bool) {
        poller.wait(until: isTrue, receive)
    }

    /// Hands the values and credits of a run to `transport` from now on, for as long as it is there.
    func deliver(run: UInt64, to transport: ZeroMQTransport) {
        correspondence.withLock { correspondence in
            correspondence.transports = correspondence.transports.filter { $0.value.transport != nil }
            correspondence.transports[run] = Correspondence.Delivery(transport: transport)
        }
    }

    /// Notes from now on when anything comes from somebody; of a peer that is called it does so by itself.
    package func watch(_ address: Address) {
        correspondence.withLock { $0.heard[address] = .now }
    }

    package func unwatch(_ address: Address) {
        correspondence.withLock { $0.heard[address] = nil }
    }

    /// When anything last came from somebody, or the watch began; `nil` of those that are not watched.
    package func lastHeard(from address: Address) -> ContinuousClock.Instant? {
        correspondence.withLock { $0.heard[address] }
    }

    /// Messages that were refused because they are no well-formed messages of this program, or values of no run here.
    package var refused: Int { refusals.load(ordering: .relaxed) }

    // MARK: At the sockets

    /// Carries out what was asked, unless somebody is at the sockets, who does it then.
    private func carryOutCommands() {
        while !commands.withLock({ $0.waiting.isEmpty }), lock.try() {
            commands.withLock { swap(&$0.waiting, &taken) }
            var used: [Int] = []
            for command in taken {
                if let socket = carryOut(command), used.last != socket { used.append(socket) }
            }
            taken.removeAll(keepingCapacity: true)
            // What has come meanwhile to the sockets that were used: they may not tell of it again.
            for socket in used { receive(at: socket) }
            leave()
            poller.changed()
        }
    }

    /// The socket that was sent by, if one was.
    private func carryOut(_ command: Command) -> Int? {
        switch command {
        case .connect(let peer, let endpoint, let key):
            // An endpoint that cannot be connected to is one that nothing comes back from; the host file's check has
            // refused what is no endpoint at all.
            try? open(peer, endpoint, key)
            return nil
        case .disconnect(let peer):
            if let socket = sockets.removeValue(forKey: peer), let descriptor = try? socket.descriptor() {
                poller.remove(descriptor)
            }
            return nil
        // What cannot be sent is lost, as a message to a peer that is gone would be; who waits for it notices.
        case .send(.peer(let peer), let header, let payload):
            try? sockets[peer]?.send(header, payload)
            return peer
        case .send(.caller(let identity), let header, let payload):
            try? sockets[Messenger.listener]?.send(header, payload, to: identity)
            return Messenger.listener
        }
    }

    private func open(_ peer: Int, _ endpoint: String, _ key: String?) throws(MessagingError) {
        let socket = try Socket(.dealer, for: endpoint, in: context)
        if let key {
            if callerKeys == nil { callerKeys = try KeyPair() }
            if let callerKeys { try socket.call(key, with: callerKeys) }
        }
        try socket.connect(to: endpoint)
        poller.add(try socket.descriptor(), as: peer)
        sockets[peer] = socket
    }

    /// Takes what has arrived at sockets that the poller found.
    private func receive(_ events: Poller.Events) {
        lock.lock()
        let names = unfinished
        unfinished = []
        for socket in names { receive(at: socket) }
        for index in 0..<events.count { receive(at: events.names[index]) }
        leave()
        carryOutCommands()
    }

    /// Takes all that has arrived at a socket, if that is soon done.
    private func receive(at number: Int) {
        guard let socket = sockets[number] else { return }
        for _ in 0..<Messenger.turn {
            let arrival = socket.receive { identity, header, payload in
                take(number == Messenger.listener ? .caller(identity) : .peer(number), header, payload)
            }
            switch arrival {
            case .nothing: return
            case .message: continue
            case .refuse: refusals.add(1, ordering: .relaxed)
            }
        }
        unfinished.append(number)
    }

    private func take(_ address: Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        let transport = correspondence.withLock { correspondence in
            if let heard = correspondence.heard.index(forKey: address) {
                correspondence.heard.values[heard] = .now
            }
            return correspondence.transports[header.run]?.transport
        }
        switch header.sort {
        case .control, .file, .probe: handler(address, header, payload)
        case .value, .credit:
            guard let transport else {
                refusals.add(1, ordering: .relaxed)
                return
            }
            transport.take(address, header, payload)
        }
    }

    /// Lets others to the sockets; what is left to do there brings somebody at once.
    private func leave() {
        let isUrgent = !unfinished.isEmpty
        lock.unlock()
        if isUrgent { poller.ring() }
    }
}
