internal import CZeroMQ
internal import Glibc

/// Lets one thread wait for many descriptors (`epoll`) and for a ring of ``ring()``, while others add and remove
/// descriptors.
struct Poller: ~Copyable, Sendable {
    /// What ``wait(milliseconds:_:)`` calls the doorbell; others are called what they were added as.
    private static let bell = UInt64.max

    private let poll: Int32
    private let bell: Int32

    /// - Throws: ``MessagingError/library(_:_:)`` where the process has too many files open.
    init() throws(MessagingError) {
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw Poller.failure("epoll_create1") }
        let bell = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard bell >= 0 else {
            close(poll)
            throw Poller.failure("eventfd")
        }
        (self.poll, self.bell) = (poll, bell)
        add(bell, as: Poller.bell)
    }

    deinit {
        close(bell)
        close(poll)
    }

    private static func failure(_ call: String) -> MessagingError {
        .library(call, String(cString: strerror(errno)))
    }

    func add(_ descriptor: Int32, as name: UInt64) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: name))
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    }

    func remove(_ descriptor: Int32) {
        var event = epoll_event()
        epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Wakes the thread that waits, or the next that does.
    func ring() {
        eventfd_write(bell, 1)
    }

    /// Waits until something can be read, and calls `body` with the name of each descriptor where it can.
    ///
    /// - Parameter milliseconds: The longest to wait; -1 for ever.
    /// - Returns: whether something happened, if only a ring.
    func wait(milliseconds: Int32, _ body: (UInt64) -> Void) -> Bool {
        var events = InlineArray<16, epoll_event>(repeating: epoll_event())
        var count: Int32 = 0
        var span = events.mutableSpan
        span.withUnsafeMutableBufferPointer { events in
            count = epoll_wait(poll, events.baseAddress, Int32(events.count), milliseconds)
        }
        for index in 0..<max(Int(count), 0) {
            let name = events[index].data.u64
            guard name == Poller.bell else {
                body(name)
                continue
            }
            var rings: eventfd_t = 0
            eventfd_read(bell, &rings)
        }
        return count > 0
    }
}
