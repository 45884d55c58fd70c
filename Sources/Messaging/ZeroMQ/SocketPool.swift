internal import CZeroMQ
internal import Synchronization

/// The messenger's sockets, and what is done with each message. One thread at a time is at it: ``IOLoop`` sees to that.
struct SocketPool: ~Copyable {
    /// Where it listens; empty where it does not.
    let endpoint: String

    private let context: Context
    private var listener: SocketOwner?
    private var peers: [Int: SocketOwner] = [:]
    /// Its own pair for calling those who have keys, made when it first calls one.
    private var callerKeys: KeyPair?
    private let commands: CommandQueue
    private var taken: [Messenger.Command] = []
    private let tally: Messenger.Tally
    private let handler: Messenger.Handler
    private(set) var isOpen = true
    /// Sockets at which more has arrived than was taken, as each may only keep a thread so long.
    private(set) var unfinished: [UInt64] = []

    /// What the listener is called where others are called by their peers' numbers, which begin at 1.
    private static let listenerName: UInt64 = 0
    /// Bytes up to which a payload that is lent is copied: cheaper than giving it back from another thread.
    private static let smallPayload = 1024
    /// Messages that are taken from a socket before it is others' turn.
    private static let turn = 32

    /// A dictionary holds copyable values only, so a socket that is kept in one has an owner that can be shared.
    private final class SocketOwner {
        let socket: Socket

        init(_ pattern: Socket.Pattern, for endpoint: String, in context: Context) throws(MessagingError) {
            socket = try Socket(pattern, in: context)
            // Only where it is asked for: a name may have addresses of both families, of which one is of use.
            if endpoint.contains("[") { try socket.set(ZMQ_IPV6, 1) }
            // What is sent is bounded by the plan, not by the library, which would drop it.
            try socket.set(ZMQ_SNDHWM, 0)
            try socket.set(ZMQ_RCVHWM, 0)
            // No message is larger, whoever sends it; nothing is kept of one that says it is.
            try socket.setLarge(ZMQ_MAXMSGSIZE, Int64(FrameHeader.largestPayload + 4096))
            // Last words have a second to leave.
            try socket.set(ZMQ_LINGER, 1000)
        }
    }

    init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair?, commands: CommandQueue, tally: Messenger.Tally,
        poller: borrowing Poller, handler: @escaping Messenger.Handler
    ) throws(MessagingError) {
        // A noncopyable value cannot fail once some of it is set.
        var listener: SocketOwner?
        var place = ""
        if let endpoint {
            let owner = try SocketOwner(.router, for: endpoint, in: context)
            if let keys { try owner.socket.listen(with: keys) }
            place = try owner.socket.bind(to: endpoint)
            poller.add(try owner.socket.descriptor(), as: SocketPool.listenerName)
            listener = owner
        }
        self.listener = listener
        self.endpoint = place
        self.context = context
        self.commands = commands
        self.tally = tally
        self.handler = handler
    }

    /// Does what was ordered, and takes what has come meanwhile to the sockets that it used: they may not tell of it again.
    mutating func carryOutCommands(_ poller: borrowing Poller) {
        commands.takeAll(into: &taken)
        guard !taken.isEmpty else { return }
        for command in taken { carryOut(command, poller) }
        for command in taken {
            guard case .send(let address, _, _) = command else { continue }
            switch address {
            case .peer(let number): receiveAll(at: UInt64(number))
            case .caller: receiveAll(at: SocketPool.listenerName)
            }
        }
        taken.removeAll(keepingCapacity: true)
    }

    private mutating func carryOut(_ command: Messenger.Command, _ poller: borrowing Poller) {
        switch command {
        case .close:
            isOpen = false
            if let descriptor = try? listener?.socket.descriptor() { poller.remove(descriptor) }
            listener = nil
            for peer in Array(peers.keys) { disconnect(peer, poller) }
        case .disconnect(let peer): disconnect(peer, poller)
        case .connect(let peer, let endpoint, let key):
            // An endpoint that cannot be connected to is one that nothing comes back from; the host file's check has
            // refused what is no endpoint at all.
            guard let owner = try? SocketOwner(.dealer, for: endpoint, in: context) else { return }
            if let key {
                callerKeys = callerKeys ?? (try? KeyPair())
                guard let callerKeys, (try? owner.socket.call(key, with: callerKeys)) != nil else { return }
            }
            guard (try? owner.socket.connect(to: endpoint)) != nil else { return }
            guard let descriptor = try? owner.socket.descriptor() else { return }
            poller.add(descriptor, as: UInt64(peer))
            peers[peer] = owner
        case .send(let address, let header, let payload):
            // What cannot be sent is lost, as a message to a peer that is gone would be; who waits for it notices.
            try? send(header, payload, to: address)
        }
    }

    private mutating func disconnect(_ peer: Int, _ poller: borrowing Poller) {
        guard let owner = peers.removeValue(forKey: peer) else { return }
        if let descriptor = try? owner.socket.descriptor() { poller.remove(descriptor) }
    }

    /// Lent memory is given back whether it is sent or not.
    private func send(
        _ header: FrameHeader, _ payload: Messenger.Payload, to address: Messenger.Address
    ) throws(MessagingError) {
        let owner: SocketOwner?
        switch address {
        case .peer(let number): owner = peers[number]
        case .caller:
            owner = listener
        }
        guard let owner else {
            if case .lent(let lent) = payload { lent.done() }
            throw .cancelled
        }
        do throws(MessagingError) {
            if case .caller(let identity) = address { try owner.socket.send(Message(identity), more: true) }
        } catch {
            if case .lent(let lent) = payload { lent.done() }
            throw error
        }
        switch payload {
        case .none:
            try owner.socket.send(Message(header), more: false)
        case .bytes(let bytes):
            try owner.socket.send(Message(header), more: true)
            try owner.socket.send(Message(bytes), more: false)
        case .lent(let lent) where lent.bytes.count <= SocketPool.smallPayload:
            defer { lent.done() }
            let message = try Message(copying: lent.bytes)
            try owner.socket.send(Message(header), more: true)
            try owner.socket.send(message, more: false)
        case .lent(let lent):
            // From here on the message gives it back when it is closed, sent or not.
            let message: Message
            do throws(MessagingError) {
                message = try Message(lending: lent.bytes, done: lent.done)
            } catch {
                lent.done()
                throw error
            }
            try owner.socket.send(Message(header), more: true)
            try owner.socket.send(message, more: false)
        }
    }

    /// Takes all that has arrived at a socket, by the name that it is watched as.
    mutating func receiveAll(at name: UInt64) {
        var isDone = true
        if name == SocketPool.listenerName {
            if let listener { isDone = receiveAll(listener.socket, from: nil) }
        } else if let number = Int(exactly: name), let peer = peers[number] {
            isDone = receiveAll(peer.socket, from: number)
        }
        if !isDone { unfinished.append(name) }
    }

    /// Goes on where ``receiveAll(at:)`` has not taken all.
    mutating func receiveUnfinished() {
        guard !unfinished.isEmpty else { return }
        let names = unfinished
        unfinished = []
        for name in names { receiveAll(at: name) }
    }

    /// Whether it took all that was there.
    private func receiveAll(_ socket: borrowing Socket, from peer: Int?) -> Bool {
        let message = Message()
        for _ in 0..<SocketPool.turn {
            guard (try? socket.receive(into: message)) == true else { return true }
            var address = peer.map { Messenger.Address.peer($0) }
            if peer == nil {
                address = .caller(message.bytes())
                guard message.hasMore, (try? socket.receive(into: message)) == true else { continue }
            }
            let header = message.withBytes { bytes in Result { () throws(FrameError) in try FrameHeader(bytes) } }
            let payload = Message()
            if message.hasMore { _ = try? socket.receive(into: payload) }
            var isWhole = true
            var rest = payload.hasMore
            while rest {
                isWhole = false
                guard (try? socket.receive(into: message)) == true else { break }
                rest = message.hasMore
            }
            guard isWhole, case .success(let header) = header, let address, payload.count == header.length else {
                tally.refused.add(1, ordering: .relaxed)
                continue
            }
            payload.withBytes { handler(address, header, $0) }
        }
        return false
    }
}
