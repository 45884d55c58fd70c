internal import Foundation

/// Hands on what comes over TCP, each way, a fixed time later: a link with delay, where the kernel has none to offer.
public final class DelayRelay: @unchecked Sendable {  // Safe: what changes is used under `lock`.
    public let port: Int
    private let target: (host: String, port: Int)
    private let delay: Double
    private let bytesPerSecond: Double
    private let listener: Int32
    private let lock = NSLock()
    private var connections: [Int32] = []
    private var isOver = false
    private var takesCalls = true

    /// - Parameters:
    ///   - address: To listen at, with any port that is free.
    ///   - target: An IPv4 address and a port.
    ///   - delay: Seconds, one way.
    ///   - bytesPerSecond: The most that goes one way of a connection.
    /// - Throws: where it cannot listen there.
    public init(
        at address: String, to target: (host: String, port: Int), delay: Double, bytesPerSecond: Double = .infinity
    ) throws {
        self.bytesPerSecond = bytesPerSecond
        self.target = target
        self.delay = delay
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var place = DelayRelay.place(address, 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Int32 in
                guard bind(listener, pointer, size) == 0, listen(listener, 16) == 0 else { return -1 }
                return getsockname(listener, pointer, &size)
            }
        }
        guard status == 0 else {
            close(listener)
            throw TestNetwork.Failure(description: "the relay cannot listen at \(address)")
        }
        port = Int(UInt16(bigEndian: place.sin_port))
        Thread.detachNewThread { [self] in serve() }
    }

    /// Takes no more calls; those that there are go on.
    public func refuseCalls() {
        lock.withLock {
            // Whoever accepts closes it: its number may be another's by then.
            if takesCalls { shutdown(listener, Int32(SHUT_RDWR)) }
            takesCalls = false
        }
    }

    /// Hangs up on all but the first `count` callers, and takes no more calls.
    public func breakCalls(after count: Int) {
        lock.withLock {
            for connection in connections.dropFirst(2 * count) { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        refuseCalls()
    }

    /// Hangs up and takes no more calls.
    public func stop() {
        lock.withLock {
            isOver = true
            for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        refuseCalls()
    }

    private func serve() {
        defer {
            lock.withLock {
                takesCalls = false
                close(listener)
            }
        }
        while true {
            let caller = accept(listener, nil, nil)
            guard caller >= 0 else { return }
            let called = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var place = DelayRelay.place(target.host, target.port)
            let status = withUnsafePointer(to: &place) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(called, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard status == 0 else {
                close(caller)
                close(called)
                continue
            }
            var yes: Int32 = 1
            for end in [caller, called] {
                setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
            let isLate = lock.withLock {
                connections += [caller, called]
                return isOver
            }
            if isLate { stop() }
            for (from, to) in [(caller, called), (called, caller)] { hand(from, to) }
        }
    }

    /// Hands on one direction: a thread reads, another waits and writes.
    private func hand(_ from: Int32, _ to: Int32) {
        let line = DelayLine()
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(from, &buffer, buffer.count)
                guard count > 0 else { break }
                line.add(Array(buffer[..<count]), due: .now + .seconds(self.delay))
            }
            line.end()
        }
        Thread.detachNewThread {
            while let (bytes, due) = line.next() {
                let early = (due - .now).inSeconds
                if early > 0 { Thread.sleep(forTimeInterval: early) }
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes {
                        send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    rest = rest.dropFirst(count)
                }
                let seconds = Double(bytes.count) / self.bytesPerSecond
                if seconds > 0 { Thread.sleep(forTimeInterval: seconds) }
            }
            shutdown(to, Int32(SHUT_WR))
        }
    }

    private static func place(_ address: String, _ port: Int) -> sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        place.sin_addr.s_addr = inet_addr(address)
        return place
    }
}

/// Bytes on their way, with the time at which each part is due.
private final class DelayLine: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private let condition = NSCondition()
    private var parts: [(bytes: [UInt8], due: ContinuousClock.Instant)] = []
    private var isOver = false

    func add(_ bytes: [UInt8], due: ContinuousClock.Instant) {
        condition.withLock {
            parts.append((bytes, due))
            condition.signal()
        }
    }

    func end() {
        condition.withLock {
            isOver = true
            condition.signal()
        }
    }

    func next() -> (bytes: [UInt8], due: ContinuousClock.Instant)? {
        condition.withLock {
            while parts.isEmpty && !isOver { condition.wait() }
            return parts.isEmpty ? nil : parts.removeFirst()
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
