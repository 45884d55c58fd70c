internal import Foundation
internal import Testing

extension CommandLineSuite {
    /// Hosts of a host file that are reached over a real ssh.
    @Suite(
        "Hosts over ssh",
        .enabled(if: SSHServer.isInstalled, "there is no sshd here; install openssh-server and openssh-client"))
    struct RemoteHostTests {
        private let settings = ["--set", "tile=16", "--set", "tv-iterations=9"]

        @Test("Workers on other hosts give the same bytes, and are gone afterwards")
        func sameBits() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let server = try await SSHServer(here)
            try here.write("\(SSHServer.host) slots=2 memory=2GiB  # two\nlocalhost\n", to: "hosts.txt")
            for (output, workers) in [("out1", "1"), ("out2", "hosts.txt")] {
                let outcome = try await here.start(
                    ["g.graph", "--workers", workers, "--threads", "1", "--set", "iterations=5", "--output", output]
                        + settings, by: "graphrun", environment: server.environment
                ).outcome()
                #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
            }
            #expect(try here.bytes("out1/result.npy") == here.bytes("out2/result.npy"))
            #expect((try here.object("out2/run.json")["workers"] as? [Any])?.count == 3)
            #expect(try await Leftovers.processes() == [])
        }

        @Test("They are gone too when the coordinator is killed, and listen no more")
        func killed() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let server = try await SSHServer(here)
            try here.write("\(SSHServer.host) slots=2\n\(SSHServer.host)\n", to: "hosts.txt")
            let run = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "out",
                ] + settings,
                by: "graphrun", environment: server.environment)
            try await run.waitForOutput("iteration 1/")
            // The coordinator, three workers, and the one that started two of them.
            let processes = try Leftovers.running()
            #expect(processes.count == 5)
            let ports = Leftovers.ports(of: processes)
            #expect(ports.count == 3)
            run.end(by: SIGKILL)
            #expect(try await Leftovers.processes() == [])
            #expect(ports.allSatisfy { !Leftovers.isTaken($0) })
        }

        @Test("A run is stopped by Ctrl-C and saved, though it is ssh that holds its workers")
        func interrupted() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let server = try await SSHServer(here)
            try here.write("\(SSHServer.host) slots=2\n", to: "hosts.txt")
            let run = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "out",
                ] + settings,
                by: "graphrun", environment: server.environment)
            try await run.waitForOutput("iteration 1/")
            run.interrupt()
            let outcome = try await run.outcome()
            #expect(outcome.code == 1)
            #expect(outcome.errors.hasPrefix("\(stopping)\ngraphrun: stopped after iteration "))
            #expect(try here.names(in: "out").contains("result.npy"))
            #expect(try await Leftovers.processes() == [])
        }

        @Test(
            "What keeps a host from working is one line, and the others are stopped",
            arguments: [
                (
                    "localhost\nno.such.host.invalid",
                    "hosts.txt:2: no.such.host.invalid: there is no such host, or no way to it; check the name, "
                        + "or write address=… by which other hosts reach it"
                ),
                (
                    "localhost\n\(SSHServer.host)\n\(SSHServer.host) slots=2 program=/nowhere/graphrun",
                    "hosts.txt:3: \(SSHServer.host): * No such file or directory; install the same program there, "
                        + "or say where it is by program=/path/graphrun"
                ),
                (
                    "\(SSHServer.host)\nnobody-of-that-name@127.0.0.1",
                    "hosts.txt:2: nobody-of-that-name@127.0.0.1: *Permission denied (*; "
                        + "let this user log in there without a password: ssh-copy-id nobody-of-that-name@127.0.0.1"
                ),
                (
                    "localhost\n\(SSHServer.host) program=/bin/true",
                    "hosts.txt:2: \(SSHServer.host): *; try by hand: ssh * \(SSHServer.host) /bin/true --help"
                ),
            ])
        func mistakes(_ hosts: String, _ message: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let server = try await SSHServer(here)
            try here.write(hosts + "\n", to: "hosts.txt")
            let before = try here.names()
            let outcome = try await here.start(
                ["g.graph", "--workers", "hosts.txt", "--output", "out"], by: "graphrun",
                environment: server.environment
            ).outcome()
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            var rest = outcome.errors[...]
            for part in ("graphrun: " + message).split(separator: "*") {
                let place = try #require(rest.range(of: part), "\(outcome.errors)")
                rest = rest[place.upperBound...]
            }
            #expect(rest == "\n")
            #expect(try here.names() == before)
            #expect(try await Leftovers.processes() == [])
        }

        @Test("A host that no ssh server answers at is named")
        func refused() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("me@127.0.0.1\n", to: "hosts.txt")
            for (agent, message) in [
                (
                    "ssh -p 1 -o BatchMode=yes",
                    "hosts.txt:1: me@127.0.0.1: ssh: connect to host 127.0.0.1 port 1: Connection refused; "
                        + "check that the host is up and runs an ssh server"
                ),
                (
                    "no-such-agent -q",
                    "there is no program 'no-such-agent' to start workers on other hosts with; install openssh-client, "
                        + "or name another in GRAPHRUN_SSH"
                ),
            ] {
                let outcome = try await here.start(
                    ["g.graph", "--workers", "hosts.txt"], by: "graphrun", environment: ["GRAPHRUN_SSH": agent]
                ).outcome()
                #expect(outcome.code == 2)
                #expect(outcome.errors == "graphrun: \(message)\n")
            }
        }
    }
}
