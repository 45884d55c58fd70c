internal import Foundation
internal import Testing

extension CommandLineSuite {
    /// This machine under the names that it has, in host files as editors of all sorts write them.
    @Suite("This machine in a host file")
    struct OwnHostTests {
        /// Runs the graph on the hosts, where nothing could be started by ssh.
        private func run(_ hosts: Data) async throws -> Outcome {
            let here = try Workplace()
            try await here.preparePnP()
            try hosts.write(to: here.url.appending(path: "hosts.txt"))
            let outcome = try await here.start(
                ["g.graph", "--workers", "hosts.txt", "--threads", "1", "--output", "out", "--json"] + quick,
                by: "graphrun", environment: ["GRAPHRUN_SSH": "/nowhere/ssh"]
            ).outcome()
            #expect(try await Leftovers.processes() == [])
            return outcome
        }

        private static var names: [String] {
            get async throws {
                let here = try Workplace()
                let own = try await here.shell("cat /proc/sys/kernel/hostname").outputLines.first ?? "localhost"
                let addresses = try await here.shell("hostname -I 2>/dev/null || true").output
                return [
                    "localhost", "LOCALHOST", "127.0.0.1", "127.0.1.1", "::1", "[::1]", "localhost.localdomain",
                    "ip6-localhost", own, own.uppercased(), String(own.prefix { $0 != "." }),
                ] + addresses.split(whereSeparator: \.isWhitespace).map(String.init)
            }
        }

        @Test("Under every one of its names workers are started without ssh")
        func names() async throws {
            let names = try await Self.names
            let outcome = try await run(Data((names.joined(separator: "\n") + "\n").utf8))
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
            #expect(outcome.outputLines.first?.contains(#""workers":\#(names.count)"#) == true)
        }

        @Test("With a user's name, or under a name of another machine, it is ssh that is asked")
        func others() async throws {
            for name in ["me@127.0.0.1", "192.0.2.1"] {
                let outcome = try await run(Data("\(name)\n".utf8))
                #expect(outcome.code == 2)
                #expect(outcome.errors.contains("/nowhere/ssh"), "\(outcome.errors)")
            }
        }

        @Test("Another program that starts here may be named")
        func program() async throws {
            let own = try Programs.path("graphrun")
            #expect(try await run(Data("127.0.0.1 program=\(own)\n".utf8)).code == 0)
            let missing = try await run(Data("localhost program=/nowhere/graphrun\n".utf8))
            #expect(missing.code == 2)
            #expect(
                missing.errors
                    == "graphrun: /nowhere/graphrun: the program cannot be started (No such file or directory); "
                    + "check that it is there\n")
        }

        @Test("A byte order mark, and line ends of Windows and of old Macs", arguments: ["\n", "\r\n", "\r"])
        func editors(_ newline: String) async throws {
            let lines = ["localhost  # one", "", "localhost threads=1", ""].joined(separator: newline)
            let outcome = try await run(Data([0xEF, 0xBB, 0xBF]) + Data(lines.utf8))
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
            #expect(outcome.outputLines.first?.contains(#""workers":2"#) == true)
        }

        struct Refused: Sendable {
            let hosts: [UInt8]
            let message: String

            init(_ text: String, _ more: [UInt8], _ message: String) {
                hosts = Array(text.utf8) + more
                self.message = message
            }
        }

        private static let options = "slots=, threads=, memory=, address= and program="

        static let unreadable: [Refused] = [
            Refused("", [0xFF, 0xFE, 0x6C, 0, 0x0A, 0], "hosts.txt:1: this is text in UTF-16; save it as UTF-8"),
            Refused("", [0xFE, 0xFF, 0, 0x6C, 0, 0x0A], "hosts.txt:1: this is text in UTF-16; save it as UTF-8"),
            Refused("localhost\nl\u{0}o\n", [], "hosts.txt:2: this is no text; is it a host file?"),
            Refused("localhost\n\n", [0xC3, 0x28], "hosts.txt:3: this is no text; is it a host file?"),
            Refused(
                "localhost\nno\u{200B}de\u{FEFF} sl\u{AD}ots=2\n", [],
                #"hosts.txt:2: 'no\u{200B}de\u{FEFF}' is no host; write localhost, HOST or USER@HOST as ssh knows it, or "#
                    + "'tcp://HOST:PORT' of a worker that runs there"),
            Refused(
                "localhost sl\u{AD}ots=2\n", [],
                #"hosts.txt:1: 'sl\u{AD}ots=2' means nothing for localhost; there are "# + options),
            Refused(
                "localhost x\u{1B}[2J\n", [],
                #"hosts.txt:1: 'x\u{1B}[2J' means nothing for localhost; there are "# + options),
        ]

        @Test("What is no UTF-8 is refused with its line, and nothing in a message is invisible", arguments: unreadable)
        func refused(_ bad: Refused) async throws {
            let outcome = try await run(Data(bad.hosts))
            #expect(outcome.code == 2)
            #expect(outcome.errors == "graphrun: \(bad.message)\n")
        }
    }
}
