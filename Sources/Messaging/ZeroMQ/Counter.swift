internal import CZeroMQ
internal import Glibc
internal import Synchronization

/// The post office's own thread at work: its sockets, and what it does with each message. It stays on that thread.
struct Counter: ~Copyable {
    /// Where it listens; empty where it does not.
    let endpoint: String

    private let context: Context
    private let listener: SocketOwner?
    private var peers: [Int: SocketOwner] = [:]
    /// Its own pair for calling those who have keys, made when it first calls one.
    private var callerKeys: KeyPair?
    private let orders: OrderQueue
    private let tally: PostOffice.Tally
    private let handler: PostOffice.Handler
    private var isOpen = true

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
            // Last words have a second to leave.
            try socket.set(ZMQ_LINGER, 1000)
        }
    }

    init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair?, orders: OrderQueue, tally: PostOffice.Tally,
        handler: @escaping PostOffice.Handler
    ) throws(MessagingError) {
        self.context = context
        self.orders = orders
        self.tally = tally
        self.handler = handler
        guard let endpoint else {
            listener = nil
            self.endpoint = ""
            return
        }
        let owner = try SocketOwner(.router, for: endpoint, in: context)
        if let keys { try owner.socket.listen(with: keys) }
        self.endpoint = try owner.socket.bind(to: endpoint)
        listener = owner
    }

    /// Works until it is told to close.
    mutating func serve() {
        while isOpen {
            wait()
            for order in orders.takeAll() { carryOut(order) }
            if let listener { receiveAll(listener.socket, from: nil) }
            for (number, peer) in peers { receiveAll(peer.socket, from: number) }
        }
    }

    /// Waits until there is something to do.
    private func wait() {
        var items = [zmq_pollitem_t(socket: nil, fd: orders.descriptor, events: Int16(ZMQ_POLLIN), revents: 0)]
        for owner in [listener].compactMap(\.self) + peers.values {
            items.append(zmq_pollitem_t(socket: owner.socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        }
        zmq_poll(&items, Int32(items.count), -1)
    }

    private mutating func carryOut(_ order: PostOffice.Order) {
        switch order {
        case .close: isOpen = false
        case .disconnect(let peer): peers[peer] = nil
        case .connect(let peer, let endpoint, let key):
            // An endpoint that cannot be connected to is one that nothing comes back from; the host file's check has
            // refused what is no endpoint at all.
            guard let owner = try? SocketOwner(.dealer, for: endpoint, in: context) else { return }
            if let key {
                callerKeys = callerKeys ?? (try? KeyPair())
                guard let callerKeys, (try? owner.socket.call(key, with: callerKeys)) != nil else { return }
            }
            guard (try? owner.socket.connect(to: endpoint)) != nil else { return }
            peers[peer] = owner
        case .send(let address, let header, let payload):
            // What cannot be sent is lost, as a message to a peer that is gone would be; who waits for it notices.
            do throws(MessagingError) {
                try send(header, payload, to: address)
            } catch {
                if case .lent(let lent) = payload { lent.done() }
            }
        }
    }

    private func send(
        _ header: FrameHeader, _ payload: PostOffice.Payload, to address: PostOffice.Address
    ) throws(MessagingError) {
        let owner: SocketOwner?
        switch address {
        case .peer(let number): owner = peers[number]
        case .caller(let identity):
            owner = listener
            if let listener { try listener.socket.send(Message(identity), more: true) }
        }
        guard let owner else { throw .cancelled }
        switch payload {
        case .none:
            try owner.socket.send(Message(header.bytes), more: false)
        case .bytes(let bytes):
            try owner.socket.send(Message(header.bytes), more: true)
            try owner.socket.send(Message(bytes), more: false)
        case .lent(let lent):
            let message = try Message(lending: lent.bytes, done: lent.done)
            try owner.socket.send(Message(header.bytes), more: true)
            try owner.socket.send(message, more: false)
        }
    }

    /// Takes all that has arrived at a socket.
    private func receiveAll(_ socket: borrowing Socket, from peer: Int?) {
        var message = Message()
        while let isFirst = try? socket.receive(into: &message), isFirst {
            var address = peer.map { PostOffice.Address.peer($0) }
            if peer == nil {
                address = .caller(message.bytes())
                guard message.hasMore, (try? socket.receive(into: &message)) == true else { continue }
            }
            let header = message.withBytes { bytes in Result { () throws(FrameError) in try FrameHeader(bytes) } }
            var payload = Message()
            if message.hasMore { _ = try? socket.receive(into: &payload) }
            var isWhole = true
            var rest = payload.hasMore
            while rest {
                isWhole = false
                guard (try? socket.receive(into: &message)) == true else { break }
                rest = message.hasMore
            }
            guard isWhole, case .success(let header) = header, let address, payload.count == header.length else {
                tally.refused.add(1, ordering: .relaxed)
                continue
            }
            payload.withBytes { handler(address, header, $0) }
        }
    }
}
