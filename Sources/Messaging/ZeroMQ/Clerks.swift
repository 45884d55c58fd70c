internal import Foundation

/// Lets threads take turns at the counter, one at a time.
///
/// Safe to share: the counter is used under `lock`. An order that the counter's handler gives comes while the lock is held;
/// whoever holds it looks again after, and carries it out.
final class Clerks: @unchecked Sendable {
    /// Where the counter listens.
    let endpoint: String
    let turns: Turns

    private let lock = NSLock()
    private var counter: Counter
    private let orders: OrderQueue

    /// Milliseconds that a thread which waits looks without anything happening before it sleeps.
    private static let patience: Int32 = 2

    /// - Throws: ``MessagingError`` where it cannot listen at `endpoint`.
    init(
        _ context: Context, listenAt endpoint: String?, keys: KeyPair?, orders: OrderQueue, tally: PostOffice.Tally,
        handler: @escaping PostOffice.Handler
    ) throws(MessagingError) {
        let turns = try Turns()
        let counter = try Counter(
            context, listenAt: endpoint, keys: keys, orders: orders, tally: tally, watch: turns.watch, handler: handler)
        self.endpoint = counter.endpoint
        self.counter = counter
        self.turns = turns
        self.orders = orders
    }

    /// Carries out what was ordered, unless somebody is at the counter, who does it then.
    func carryOutOrders() {
        while !orders.isEmpty, lock.try() {
            counter.carryOutOrders(turns.watch)
            leave()
            turns.changed()
        }
    }

    /// Works until the counter is closed.
    func serve() {
        while isOpen {
            // An order that came while the question kept others from the counter.
            carryOutOrders()
            _ = look(milliseconds: -1)
            turns.clerkHasLooked()
        }
    }

    /// Waits until `isTrue` is so.
    func wait(until isTrue: () -> Bool) {
        turns.wait(until: isTrue) { look(milliseconds: Clerks.patience) }
    }

    /// Waits for something to happen at the counter and sees to it; whether something did.
    private func look(milliseconds: Int32) -> Bool {
        var names = InlineArray<16, UInt64>(repeating: 0)
        var count = 0
        let isBusy = turns.watch.wait(milliseconds: milliseconds) { name in
            names[count] = name
            count += 1
        }
        guard isBusy else { return false }
        lock.lock()
        counter.receiveUnfinished()
        for index in 0..<count { counter.receiveAll(at: names[index]) }
        leave()
        carryOutOrders()
        return true
    }

    /// Lets others to the counter; what is left to do there brings somebody at once.
    private func leave() {
        let isUrgent = !counter.unfinished.isEmpty || !counter.isOpen
        lock.unlock()
        if isUrgent { turns.watch.ring() }
    }

    private var isOpen: Bool {
        lock.lock()
        defer { lock.unlock() }
        return counter.isOpen
    }
}
