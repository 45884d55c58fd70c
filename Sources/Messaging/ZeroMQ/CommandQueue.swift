internal import Synchronization

/// What is asked of whoever looks after the sockets next.
final class CommandQueue: Sendable {
    private struct State {
        var commands: [Messenger.Command] = []
        var postponed: [Messenger.Command] = []
        var peers = 0
    }

    private let state = Mutex(State())

    func add(_ command: Messenger.Command) {
        state.withLock { state in
            state.commands.append(command)
            state.commands += state.postponed
            state.postponed.removeAll(keepingCapacity: true)
        }
    }

    /// Adds a command behind the next.
    func postpone(_ command: Messenger.Command) {
        state.withLock { $0.postponed.append(command) }
    }

    /// Adds what was postponed.
    func addPostponed() {
        state.withLock { state in
            state.commands += state.postponed
            state.postponed.removeAll(keepingCapacity: true)
        }
    }

    /// Orders a connection, and gives its number.
    func connect(_ endpoint: String, key: String?) -> Int {
        state.withLock { state in
            state.peers += 1
            state.commands.append(.connect(peer: state.peers, endpoint: endpoint, key: key))
            return state.peers
        }
    }

    var isEmpty: Bool {
        state.withLock { $0.commands.isEmpty }
    }

    /// All that wait, in order; they are put into `taken`, which is empty and whose memory serves for the next.
    func takeAll(into taken: inout [Messenger.Command]) {
        state.withLock { swap(&$0.commands, &taken) }
    }
}
