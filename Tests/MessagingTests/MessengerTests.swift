import Foundation
import Messaging
import Synchronization
import Testing

@Suite("The messenger", .timeLimit(.minutes(15)))
struct MessengerTests {
    /// What came, by the number of the transfer in its header.
    private final class Inbox: Sendable {
        let numbers = Mutex<[UInt32]>([])

        func take(_ header: FrameHeader) {
            numbers.withLock { $0.append(header.transfer) }
        }

        var count: Int { numbers.withLock { $0.count } }
    }

    private func header(_ number: Int) -> FrameHeader {
        FrameHeader(.control, run: 1, transfer: UInt32(number))
    }

    @Test("hands messages of one sender over in order, to threads that wait and to its own", arguments: [0, 1, 3])
    func order(waiting: Int) throws {
        let inbox = Inbox()
        let context = try Context()
        let here = try Messenger(context, listenAt: "tcp://127.0.0.1:*") { _, header, _ in inbox.take(header) }
        let there = try Messenger(context, listenAt: nil) { _, _, _ in }
        let address = there.connect(to: here.endpoint)
        let count = 2000
        let done = DispatchGroup()
        for _ in 0..<waiting {
            Thread.detachNewThread(in: done) { here.wait { inbox.count == count } }
        }
        for number in 0..<count { there.send(header(number), to: address) }
        done.wait()
        while inbox.count < count { Thread.sleep(forTimeInterval: 0.01) }
        #expect(inbox.numbers.withLock { $0 } == (0..<count).map { UInt32($0) })
    }

    @Test("answers without end go from handler to handler, whoever waits")
    func pingPong() throws {
        let context = try Context()
        let count = Atomic<Int>(0)
        let offices = Mutex<[Messenger]>([])
        let here = try Messenger(context, listenAt: "tcp://127.0.0.1:*") { address, header, _ in
            offices.withLock { $0.first }?.send(header, to: address)
        }
        let there = try Messenger(context, listenAt: nil) { address, header, _ in
            let number = count.add(1, ordering: .relaxed).newValue
            if number < 1000 { offices.withLock { $0.last }?.send(header, to: address) }
        }
        offices.withLock { $0 = [here, there] }
        there.send(header(0), to: there.connect(to: here.endpoint))
        there.wait { count.load(ordering: .relaxed) == 1000 }
        #expect(count.load(ordering: .relaxed) == 1000)
        offices.withLock { $0 = [] }
    }

    @Test("wakes who waits for another thread, alone or with others, soon or late", arguments: [1, 4], [0, 0.02])
    func changed(waiting: Int, pause: Double) throws {
        let messenger = try Messenger(Context(), listenAt: nil) { _, _, _ in }
        let step = Atomic<Int>(0)
        for round in 1...20 {
            let done = DispatchGroup()
            for _ in 0..<waiting {
                Thread.detachNewThread(in: done) { messenger.wait { step.load(ordering: .relaxed) == round } }
            }
            Thread.sleep(forTimeInterval: pause)
            step.store(round, ordering: .relaxed)
            messenger.changed()
            done.wait()
        }
    }

    @Test("a message that waits for the next leaves behind it, or when it is told to")
    func postponed() throws {
        let inbox = Inbox()
        let context = try Context()
        let here = try Messenger(context, listenAt: "tcp://127.0.0.1:*") { _, header, _ in inbox.take(header) }
        let there = try Messenger(context, listenAt: nil) { _, _, _ in }
        let address = there.connect(to: here.endpoint)
        there.sendWithNext(header(2), to: address)
        there.send(header(1), to: address)
        here.wait { inbox.count == 2 }
        there.sendWithNext(header(3), to: address)
        Thread.sleep(forTimeInterval: 0.05)
        #expect(inbox.count == 2)
        there.sendPostponed()
        here.wait { inbox.count == 3 }
        #expect(inbox.numbers.withLock { $0 } == [1, 2, 3])
    }
}

extension Thread {
    fileprivate static func detachNewThread(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        detachNewThread {
            body()
            group.leave()
        }
    }
}
