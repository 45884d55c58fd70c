internal import Foundation

/// Lets threads take turns at the sockets, one at a time.
///
/// Safe to share: the sockets are used under `lock`. A command that the sockets' handler gives comes while the lock is held;
/// whoever holds it looks again after, and carries it out.
final class IOLoop: @unchecked Sendable {
    /// Where it listens.
    let endpoint: String
    let turns: PollingTurns

    private let lock = NSLock()
    private var sockets: SocketPool
    private let commands: CommandQueue

    /// Milliseconds that a thread which waits looks without anything happening before it sleeps.
    private static let patience: Int32 = 2

    /// - Throws: ``MessagingError`` where it cannot listen at `endpoint`.
    init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair?, commands: CommandQueue, tally: Messenger.Tally,
        handler: @escaping Messenger.Handler
    ) throws(MessagingError) {
        let turns = try PollingTurns()
        let sockets = try SocketPool(
            context, listenAt: endpoint, keys: keys, commands: commands, tally: tally, poller: turns.poller,
            handler: handler)
        self.endpoint = sockets.endpoint
        self.sockets = sockets
        self.turns = turns
        self.commands = commands
    }

    /// Carries out what was ordered, unless somebody is at the sockets, who does it then.
    func carryOutCommands() {
        while !commands.isEmpty, lock.try() {
            sockets.carryOutCommands(turns.poller)
            leave()
            turns.changed()
        }
    }

    /// Works until the sockets are closed.
    func serve() {
        while isOpen {
            // A command that came while the question kept others from the sockets.
            carryOutCommands()
            _ = look(milliseconds: -1)
            turns.ioThreadHasLooked()
        }
    }

    /// Waits until `isTrue` is so.
    func wait(until isTrue: () -> Bool) {
        turns.wait(until: isTrue) { look(milliseconds: IOLoop.patience) }
    }

    /// Waits for something to happen at the sockets and sees to it; whether something did.
    private func look(milliseconds: Int32) -> Bool {
        var names = InlineArray<16, UInt64>(repeating: 0)
        var count = 0
        let isBusy = turns.poller.wait(milliseconds: milliseconds) { name in
            names[count] = name
            count += 1
        }
        guard isBusy else { return false }
        lock.lock()
        sockets.receiveUnfinished()
        for index in 0..<count { sockets.receiveAll(at: names[index]) }
        leave()
        carryOutCommands()
        return true
    }

    /// Lets others to the sockets; what is left to do there brings somebody at once.
    private func leave() {
        let isUrgent = !sockets.unfinished.isEmpty || !sockets.isOpen
        lock.unlock()
        if isUrgent { turns.poller.ring() }
    }

    private var isOpen: Bool {
        lock.lock()
        defer { lock.unlock() }
        return sockets.isOpen
    }
}
