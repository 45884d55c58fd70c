internal import Synchronization

/// What is asked of whoever looks after the sockets next.
final class OrderQueue: Sendable {
    private struct State {
        var orders: [PostOffice.Order] = []
        var postponed: [PostOffice.Order] = []
        var peers = 0
    }

    private let state = Mutex(State())

    func add(_ order: PostOffice.Order) {
        state.withLock { state in
            state.orders.append(order)
            state.orders += state.postponed
            state.postponed.removeAll(keepingCapacity: true)
        }
    }

    /// Adds an order behind the next.
    func postpone(_ order: PostOffice.Order) {
        state.withLock { $0.postponed.append(order) }
    }

    /// Adds what was postponed.
    func addPostponed() {
        state.withLock { state in
            state.orders += state.postponed
            state.postponed.removeAll(keepingCapacity: true)
        }
    }

    /// Orders a connection, and gives its number.
    func connect(_ endpoint: String, key: String?) -> Int {
        state.withLock { state in
            state.peers += 1
            state.orders.append(.connect(peer: state.peers, endpoint: endpoint, key: key))
            return state.peers
        }
    }

    var isEmpty: Bool {
        state.withLock { $0.orders.isEmpty }
    }

    /// All that wait, in order; they are put into `taken`, which is empty and whose memory serves for the next.
    func takeAll(into taken: inout [PostOffice.Order]) {
        state.withLock { swap(&$0.orders, &taken) }
    }
}
