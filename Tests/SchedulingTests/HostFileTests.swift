import Scheduling
import TestSupport
import Testing

@Suite("Host files")
struct HostFileTests {
    static func problems(_ text: String) -> [String] {
        do throws(HostFileError) {
            _ = try HostFile(text, name: "hosts.txt")
            return []
        } catch {
            return error.problems
        }
    }

    @Test("list workers, with comments and blank lines", arguments: ["\n", "\r\n"])
    func workers(_ newline: String) throws {
        let text = ["# mine", "localhost slots=2 threads=3  # two", "", "  localhost", "localhost threads=2#"]
        let file = try HostFile(text.joined(separator: newline), name: "hosts.txt")
        #expect(file.hosts.map(\.line) == [2, 4, 5])
        #expect(
            file.hosts.map(\.address) == [
                .local(slots: 2, threads: 3), .local(slots: 1, threads: 1), .local(slots: 1, threads: 2),
            ])
        #expect(file.workers.map(\.name) == (0..<4).map { "worker \($0)" })
        #expect(file.workers.map(\.threads) == [3, 3, 1, 2])
        #expect(HostFile(local: 2, threads: 3).workers == Array(file.workers.prefix(2)))
        #expect(file.withThreads(5).workers.map(\.threads) == [5, 5, 5, 5])
    }

    @Test("name workers that run already")
    func remote() throws {
        let file = try HostFile("tcp://10.0.0.5:7001\nlocalhost\ntcp://[::1]:65535 # six\n", name: "hosts.txt")
        #expect(
            file.hosts.map(\.address) == [
                .remote(endpoint: "tcp://10.0.0.5:7001"), .local(slots: 1, threads: 1),
                .remote(endpoint: "tcp://[::1]:65535"),
            ])
        #expect(file.workers.map(\.name) == ["worker 0", "worker 1", "worker 2"])
        #expect(file.withThreads(4).hosts.map(\.line) == [1, 2, 3])
    }

    @Test(
        "mistakes are named once each, with their lines",
        arguments: [
            ("", ["hosts.txt:1: no host is listed; write for example 'localhost slots=2 threads=1'"]),
            ("# nobody\n", ["hosts.txt:1: no host is listed; write for example 'localhost slots=2 threads=1'"]),
            (
                "\n10.0.0.5",
                [
                    "hosts.txt:2: '10.0.0.5' is no host that can be used; write 'localhost slots=N threads=M', or "
                        + "'tcp://HOST:PORT' of a worker that runs there"
                ]
            ),
            (
                "tcp://:7001\nudp://host:7001\ntcp://host\ntcp://host:0\ntcp://host:70000\ntcp://",
                ["tcp://:7001", "udp://host:7001", "tcp://host", "tcp://host:0", "tcp://host:70000", "tcp://"]
                    .enumerated().map {
                        "hosts.txt:\($0 + 1): '\($1)' is no endpoint; write it as tcp://HOST:PORT"
                    }
            ),
            (
                "tcp://host:7001 slots=2",
                [
                    "hosts.txt:1: 'slots=2' means nothing for a worker that runs already; it says itself what it has"
                ]
            ),
            (
                "localhost cores=2 slots",
                [
                    "hosts.txt:1: 'cores=2' means nothing for localhost; there are slots=N and threads=N",
                    "hosts.txt:1: 'slots' means nothing for localhost; there are slots=N and threads=N",
                ]
            ),
            (
                "localhost slots=0\nlocalhost threads=1025\nlocalhost slots=\nlocalhost slots=1=2",
                [
                    "hosts.txt:1: 'slots=0': slots must be a whole number from 1 to 1024",
                    "hosts.txt:2: 'threads=1025': threads must be a whole number from 1 to 1024",
                    "hosts.txt:3: 'slots=': slots must be a whole number from 1 to 1024",
                    "hosts.txt:4: 'slots=1=2': slots must be a whole number from 1 to 1024",
                ]
            ),
            (
                "localhost slots=99999999999999999999",
                ["hosts.txt:1: 'slots=99999999999999999999': slots must be a whole number from 1 to 1024"]
            ),
            ("localhost slots=1 slots=2 slots=3", ["hosts.txt:1: slots is given twice; give it once"]),
            (
                "localhost slots=1000\nlocalhost slots=25",
                ["hosts.txt:1: the hosts have 1025 slots in all; a run takes up to 1024 workers"]
            ),
        ])
    func mistakes(_ text: String, _ messages: [String]) {
        #expect(Self.problems(text) == messages)
    }

    @Test("any text is read or refused", arguments: [UInt64(1), 2, 3])
    func fuzz(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let pieces = [
            "localhost", "slots", "threads", "=", "2", "-1", "1024", "9223372036854775808", " ", "\t", "\n", "\r\n",
            "#",
            "é", "\u{0}", "\u{301}", "tcp://", "\u{2028}",
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            do throws(HostFileError) {
                let file = try HostFile(text, name: "hosts.txt")
                #expect((1...1024).contains(file.workers.count))
            } catch {
                #expect(!error.problems.isEmpty)
                #expect(error.problems.allSatisfy { $0.hasPrefix("hosts.txt:") })
            }
        }
    }
}
