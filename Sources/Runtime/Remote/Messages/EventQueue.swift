internal import Foundation

/// Hands what the messenger receives to the coordinator's thread, in order.
final class EventQueue<Event: Sendable>: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private let condition = NSCondition()
    private var events: [Event] = []

    func add(_ event: Event) {
        condition.lock()
        defer { condition.unlock() }
        events.append(event)
        condition.signal()
    }

    var isEmpty: Bool { condition.withLock { events.isEmpty } }

    /// The next event; `nil` where none comes in time.
    func next(within seconds: Double) -> Event? {
        condition.lock()
        defer { condition.unlock() }
        let limit = Date(timeIntervalSinceNow: seconds)
        while events.isEmpty {
            guard condition.wait(until: limit) else { break }
        }
        return events.isEmpty ? nil : events.removeFirst()
    }
}
