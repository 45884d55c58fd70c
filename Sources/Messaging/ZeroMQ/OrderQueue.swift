internal import Glibc
internal import Synchronization

/// What other threads ask of the post office's, which polls ``descriptor`` beside its sockets.
final class OrderQueue: Sendable {
    private struct State {
        var orders: [PostOffice.Order] = []
        var peers = 0
    }

    /// Readable while orders wait: the end of a pipe that holds a byte then.
    let descriptor: Int32
    private let entry: Int32
    private let state = Mutex(State())

    /// - Throws: ``MessagingError/library(_:_:)`` where the process has too many files open.
    init() throws(MessagingError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .library("pipe", String(cString: strerror(errno))) }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (descriptor, entry) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(entry)
    }

    func add(_ order: PostOffice.Order) {
        let wasEmpty = state.withLock { state in
            state.orders.append(order)
            return state.orders.count == 1
        }
        if wasEmpty { wake() }
    }

    /// Orders a connection, and gives its number.
    func connect(_ endpoint: String, key: String?) -> Int {
        let (peer, wasEmpty) = state.withLock { state in
            state.peers += 1
            state.orders.append(.connect(peer: state.peers, endpoint: endpoint, key: key))
            return (state.peers, state.orders.count == 1)
        }
        if wasEmpty { wake() }
        return peer
    }

    private func wake() {
        var byte: UInt8 = 1
        _ = write(entry, &byte, 1)
    }

    /// All that wait, in order.
    func takeAll() -> [PostOffice.Order] {
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(descriptor, &bytes, 16) == 16 {}
        return state.withLock { state in
            defer { state.orders.removeAll(keepingCapacity: true) }
            return state.orders
        }
    }
}
