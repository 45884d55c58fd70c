internal import Foundation
internal import Messaging
internal import Synchronization
internal import Testing

@Suite("Threads")
struct ThreadsTests {
    @Test("run what they are given, under their name")
    func name() throws {
        let name = Mutex("")
        let done = DispatchSemaphore(value: 0)
        try startThread("a short name", stackBytes: 1 << 20) {
            let own = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
            name.withLock { $0 = own.trimmingCharacters(in: .whitespacesAndNewlines) }
            done.signal()
        }
        done.wait()
        #expect(name.withLock { $0 } == "a short name")
    }

    @Test("that cannot be had are told")
    func refusal() throws {
        // No machine has addresses for such a stack.
        let error = try #require(throws: ThreadRefusal.self) { try startThread("large", stackBytes: 1 << 52) {} }
        #expect(error.description.hasPrefix("no thread can be started ("))
        #expect(error.description.hasSuffix("or raise the limits on processes and memory (ulimit -u, ulimit -v)"))
    }
}
