internal import CZeroMQ
internal import Foundation

/// Waits at the sockets' descriptors (`epoll`), by one thread at a time: the I/O thread, which does nothing else, or one that
/// waits for what messages bring and so may as well look for them itself.
///
/// A message that wakes the I/O thread, which then wakes the thread that waits, takes twice as long. So whoever waits takes the
/// I/O thread's place when it is free, and the I/O thread comes back when it has not been taken for a while.
///
/// Safe to share: the kernel lets any thread use the descriptors, and all other state is used under `condition`, during which
/// nothing else is locked but what `isTrue` locks.
final class Poller: @unchecked Sendable {
    private enum Turn {
        /// The I/O thread's.
        case ioThread
        /// A thread's that waits.
        case helper
        /// Whose comes first: the I/O thread takes a break.
        case free
    }

    /// What a look found.
    struct Events {
        /// Names of the sockets where something can be read.
        fileprivate(set) var names = InlineArray<16, Int>(repeating: 0)
        fileprivate(set) var count = 0
        /// Whether anything happened, if only a ring.
        fileprivate(set) var isAny = false
    }

    private let poll: Int32
    private let bell: Int32
    private let condition = NSCondition()
    private var turn = Turn.ioThread
    private var waiting = 0
    /// How often a helper has gone.
    private var visits = 0

    /// The doorbell; others are called what they were added as.
    private static let bellName = Int.max
    /// Milliseconds that a thread which waits looks without anything happening before it sleeps.
    private static let patience: Int32 = 2
    /// How long the I/O thread looks away after somebody who waited was served: they come back soon, or not for long.
    private static let pause = 0.0005

    /// - Throws: ``MessagingError/library(_:_:)`` where the process has too many files open.
    init() throws(MessagingError) {
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw .library("epoll_create1", String(cString: strerror(errno))) }
        let bell = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard bell >= 0 else {
            let reason = String(cString: strerror(errno))
            close(poll)
            throw .library("eventfd", reason)
        }
        (self.poll, self.bell) = (poll, bell)
        add(bell, as: Poller.bellName)
    }

    deinit {
        close(bell)
        close(poll)
    }

    // MARK: Descriptors

    func add(_ descriptor: Int32, as name: Int) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(name)))
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    }

    func remove(_ descriptor: Int32) {
        var event = epoll_event()
        epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Wakes the thread that looks, or the next that does.
    func ring() {
        eventfd_write(bell, 1)
    }

    /// Waits until something can be read, but no more than so many milliseconds; -1 for ever.
    private func look(milliseconds: Int32) -> Events {
        var found = InlineArray<16, epoll_event>(repeating: epoll_event())
        var count: Int32 = 0
        var span = found.mutableSpan
        span.withUnsafeMutableBufferPointer { found in
            count = epoll_wait(poll, found.baseAddress, Int32(found.count), milliseconds)
        }
        var events = Events()
        events.isAny = count > 0
        for index in 0..<max(Int(count), 0) {
            let name = Int(found[index].data.u64)
            guard name == Poller.bellName else {
                events.names[events.count] = name
                events.count += 1
                continue
            }
            var rings: eventfd_t = 0
            eventfd_read(bell, &rings)
        }
        return events
    }

    // MARK: Turns

    /// Looks for ever as the I/O thread, which sees to what it finds by `receive`, until that is false.
    func serve(_ receive: (Events) -> Bool) {
        while receive(look(milliseconds: -1)) { makeWay() }
    }

    /// Waits until `isTrue` is so, and meanwhile, as far as it is its turn, sees to what happens by `receive`.
    func wait(until isTrue: () -> Bool, _ receive: (Events) -> Void) {
        guard !isTrue() else { return }
        condition.lock()
        defer { condition.unlock() }
        while !isTrue() {
            guard turn == .free else {
                waiting += 1
                condition.wait()
                waiting -= 1
                continue
            }
            turn = .helper
            condition.unlock()
            var isLively = true
            while isLively, !isTrue() {
                let events = look(milliseconds: Poller.patience)
                isLively = events.isAny
                if isLively { receive(events) }
            }
            condition.lock()
            visits &+= 1
            // One that waits for long lets the I/O thread look, and sleeps.
            turn = isLively ? .free : .ioThread
            if !isLively || waiting > 0 { condition.broadcast() }
        }
    }

    /// Something changed that a thread may wait for.
    func changed() {
        condition.lock()
        let isHelping = turn == .helper
        if waiting > 0 { condition.broadcast() }
        condition.unlock()
        if isHelping { ring() }
    }

    /// The I/O thread has looked: those who wait shall see whether that helps them, and may look next.
    private func makeWay() {
        condition.lock()
        defer { condition.unlock() }
        guard waiting > 0 else { return }
        condition.broadcast()
        turn = .free
        var seen = visits
        while turn != .ioThread {
            _ = condition.wait(until: Date(timeIntervalSinceNow: Poller.pause))
            if turn == .free, visits == seen { turn = .ioThread }
            seen = visits
        }
    }
}
