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
            file.hosts.map(\.slots) == [
                Host.Slots(count: 2, threads: 3), Host.Slots(), Host.Slots(count: 1, threads: 2),
            ])
        #expect(file.hosts.allSatisfy { $0.address == .local() && $0.reachedAt == nil })
        #expect(file.workers.map(\.name) == (0..<4).map { "worker \($0)" })
        #expect(file.workers.map(\.threads) == [3, 3, 1, 2])
        #expect(HostFile(local: 2, threads: 3).workers == Array(file.workers.prefix(2)))
        #expect(file.withThreads(5).workers.map(\.threads) == [5, 5, 5, 5])
    }

    @Test("name workers that run already")
    func remote() throws {
        let file = try HostFile("tcp://10.0.0.5:7001\nlocalhost\ntcp://[fd00::5]:65535 # six\n", name: "hosts.txt")
        #expect(
            file.hosts.map(\.address) == [
                .worker(endpoint: "tcp://10.0.0.5:7001", key: nil), .local(),
                .worker(endpoint: "tcp://[fd00::5]:65535", key: nil),
            ])
        #expect(file.workers.map(\.name) == ["worker 0", "worker 1", "worker 2"])
        let key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
        let keyed = try HostFile("tcp://10.0.0.6:7001 key=\(key)", name: "hosts.txt")
        #expect(keyed.hosts.map(\.address) == [.worker(endpoint: "tcp://10.0.0.6:7001", key: key)])
        #expect(file.withThreads(4).hosts.map(\.line) == [1, 2, 3])
    }

    @Test("name other machines, as ssh knows them")
    func shell() throws {
        let text = "node-1.lab slots=2 threads=4 memory=1.5GiB\nme@10.0.0.5 address=10.1.0.5 program=/opt/graphrun\n"
        let file = try HostFile(text + "localhost memory=4GB address=[fd00::1]", name: "hosts.txt")
        let logins = file.hosts.compactMap { host -> Host.Login? in
            guard case .shell(let login) = host.address else { return nil }
            return login
        }
        #expect(logins.map(\.destination) == ["node-1.lab", "me@10.0.0.5"])
        #expect(logins.map(\.host) == ["node-1.lab", "10.0.0.5"])
        #expect(logins.map(\.program) == [nil, "/opt/graphrun"])
        #expect(file.hosts.map(\.reachedAt) == [nil, "10.1.0.5", "[fd00::1]"])
        #expect(file.workers.map(\.memory) == [1_610_612_736, 1_610_612_736, nil, 4_000_000_000])
        #expect(file.withThreads(3).workers.map(\.threads) == [3, 3, 3, 3])
    }

    @Test(
        "name this machine by any of its names",
        arguments: [
            "localhost", "LocalHost", "localhost.localdomain", "localhost4", "ip6-loopback", "127.0.0.1", "127.9.8.7",
            "::1",
            "[::1]", "mine", "mine.lab", "10.1.2.3", "fd00::7", "[fd00::7]",
        ])
    func own(_ name: String) throws {
        let own: Set = ["mine", "mine.lab", "10.1.2.3", "fd00::7", "[fd00::7]"]
        let text = "\(name) slots=2 address=10.9.9.9 program=~/graphrun\nother\n\(name)"
        let file = try HostFile(text, name: "hosts.txt", isThisMachine: own.contains)
        #expect(file.hosts.map(\.isLocal) == [true, false, true])
        #expect(file.hosts[0].address == .local(program: "~/graphrun") && file.hosts[2].address == .local())
        #expect(file.hosts.map(\.reachedAt) == ["10.9.9.9", nil, nil])
        // An address that others can know too is the one that they are told.
        let address = ["10.1.2.3": "10.1.2.3", "fd00::7": "[fd00::7]", "[fd00::7]": "[fd00::7]"][name]
        #expect(file.hosts[2].ownAddress == address && file.hosts[1].ownAddress == nil)
    }

    @Test(
        "with a user, or by a name that is not known to be its own, it is a machine that ssh reaches",
        arguments: [
            "me@localhost", "me@127.0.0.1", "127.example.org", "127.0.0.1.example.org", "localhosts", "128.0.0.1",
        ])
    func other(_ name: String) throws {
        let file = try HostFile(name, name: "hosts.txt") { $0 == "mine" }
        guard case .shell(let login) = file.hosts[0].address else {
            Issue.record("\(file.hosts[0].address)")
            return
        }
        #expect(login.destination == name)
    }

    @Test(
        "no host is taken for an option or a command",
        arguments: ["-l", "-oProxyCommand=x", "a;b", "$(x)", "a@-b", "@a", "fd00::8", "[::2]", "::"])
    func sane(_ host: String) {
        #expect(
            Self.problems(host) == [
                "hosts.txt:1: '\(host)' is no host; write localhost, HOST or USER@HOST as ssh knows it, or "
                    + "'tcp://HOST:PORT' of a worker that runs there"
            ])
    }

    @Test(
        "amounts of memory",
        arguments: [("1B", 1), ("2kB", 2000), ("4GiB", 4 << 30), ("0.5MiB", 1 << 19), ("3TB", 3_000_000_000_000)])
    func memory(_ text: String, _ bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(
        "what is no amount of memory",
        arguments: ["", "4", "4Gb", "GiB", "-1GB", "0B", ".5GB", "1.2.3GB", "1e3MB", "9999999999TiB", "4 GiB"])
    func noMemory(_ text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(
        "addresses behind which each host finds itself are refused where there are others",
        arguments: [
            (
                "tcp://127.0.0.1:7001\nlocalhost\nhost slots=2\ntcp://localhost:7002",
                [(1, "127.0.0.1"), (4, "localhost")], 3
            ),
            ("node address=127.0.0.1\ntcp://10.0.0.5:7001", [(1, "127.0.0.1")], 2),
            ("tcp://127.0.0.1:7001\nlocalhost\nhost address=127.0.0.1", [], 0),
            ("localhost\ntcp://10.0.0.5:7001", [], 0),
        ] as [(String, [(Int, String)], Int)])
    func unreachable(_ text: String, _ refused: [(line: Int, address: String)], other: Int) {
        let expected = refused.map { line, address in
            "hosts.txt:\(line): the host of line \(other) cannot reach '\(address)', which is each host's own address; "
                + "name one that all hosts reach"
        }
        var found: [String] = []
        do throws(HostFileError) {
            _ = try HostFile(text, name: "hosts.txt")
        } catch {
            found = error.problems
        }
        #expect(found == expected)
    }

    @Test(
        "mistakes are named once each, with their lines",
        arguments: [
            ("", ["hosts.txt:1: no host is listed; write for example 'localhost slots=2 threads=1'"]),
            ("# nobody\n", ["hosts.txt:1: no host is listed; write for example 'localhost slots=2 threads=1'"]),
            (
                "tcp://host:7001\n\ntcp://host:7001 key=short",
                ["hosts.txt:3: 'key=short': key must be the 40 characters that the worker printed"]
            ),
            (
                "tcp://host:7001\n\ntcp://host:7001",
                ["hosts.txt:3: 'tcp://host:7001' is listed in line 1 already; start another worker there"]
            ),
            (
                "host memory=4Gb program= address=-x slots=0 key=x",
                [
                    "hosts.txt:1: 'key=…' means nothing for host; there are slots=, threads=, memory=, address= and "
                        + "program=",
                    "hosts.txt:1: 'memory=4Gb': memory must be an amount of memory such as 4GiB (B, kB, MB, GB, TB, "
                        + "KiB, MiB, GiB, TiB)",
                    "hosts.txt:1: 'slots=0': slots must be a whole number from 1 to 1024",
                    "hosts.txt:1: 'address=-x': address must be a name or address that other hosts reach this one by",
                    "hosts.txt:1: 'program=': program must be a path on that host",
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
                "tcp://*:7001\ntcp://0.0.0.0:7001\ntcp://[::]:7001",
                ["tcp://*:7001", "tcp://0.0.0.0:7001", "tcp://[::]:7001"].enumerated().map {
                    "hosts.txt:\($0 + 1): '\($1)' is where a worker listens, not where it is reached; write the name or "
                        + "address of its host"
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
                    "hosts.txt:1: 'cores=2' means nothing for localhost; there are slots=, threads=, memory=, "
                        + "address= and program=",
                    "hosts.txt:1: 'slots' means nothing for localhost; there are slots=, threads=, memory=, address= and "
                        + "program=",
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
            "localhost", "slots", "threads", "memory", "key", "host", "@", "-", "GiB", "=", "2", "-1", "1024",
            "9223372036854775808", " ", "\t", "\n", "\r\n",
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
