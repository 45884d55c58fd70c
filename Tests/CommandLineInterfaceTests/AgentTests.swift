internal import Foundation
internal import Testing

extension CommandLineSuite {
    /// Hosts that are reached by another program than ssh, which `GRAPHRUN_SSH` names.
    @Suite("Hosts by other agents")
    struct AgentTests {
        /// A script that starts what it is told to here, whatever the host.
        private func agent(_ command: String, in here: Workplace) throws -> String {
            try here.write("#!/bin/sh\nshift\n\(command)\n", to: "agent.sh")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: here.path("agent.sh"))
            return here.path("agent.sh")
        }

        private func run(_ hosts: String, _ command: String) async throws -> Outcome {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write(hosts, to: "hosts.txt")
            try FileManager.default.createSymbolicLink(
                atPath: here.path("graphrun"), withDestinationPath: try Programs.path("graphrun"))
            let outcome = try await here.start(
                ["g.graph", "--workers", "hosts.txt", "--set", "iterations=2", "--set", "tile=16", "--output", "out"],
                by: "graphrun",
                environment: ["GRAPHRUN_SSH": try agent(command, in: here), "HOME": here.path("")]
            ).outcome()
            #expect(try await Leftovers.processes() == [])
            return outcome
        }

        @Test("A path of the program may begin at the home folder there")
        func home() async throws {
            // As ssh does: the words become a line for a shell.
            let outcome = try await run("me@127.0.0.1 slots=2 program=~/graphrun\n", #"exec sh -c "$*""#)
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
        }

        @Test("An agent without a shell, such as srun, gets no word that needs quotes")
        func noShell() async throws {
            let outcome = try await run("me@127.0.0.1 slots=2 memory=2GiB\n", #"exec "$@""#)
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
        }

        @Test(
            "Nor for an address of IPv6",
            .enabled(
                if: (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?.isEmpty == false,
                "this machine has no addresses of IPv6"))
        func ipv6() async throws {
            let outcome = try await run("me@127.0.0.1 address=[::1] slots=2\n", #"exec "$@""#)
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
        }

        @Test(
            "A worker is heard whatever the login prints first, with an end of line or without",
            arguments: [
                #"printf '\033]0;me@node: ~\007'"#, "printf 'Welcome to node. '", "echo 'Welcome to node.'",
                "printf '0: '", "printf 'listening at tcp://1.2.3.4:5 '", "printf '\\303'",
                "head -c 200000 /dev/zero", "head -c 200000 /dev/zero | tr '\\000' x",
            ])
        func talkative(_ login: String) async throws {
            let outcome = try await run("me@127.0.0.1 slots=2\n", "\(login)\nexec \"$@\"")
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
        }

        @Test(
            "Where no worker comes, the line shows what was read",
            arguments: [
                ("printf 'Password: '", "it ended with code 3 and printed 'Password:'"),
                (
                    #"printf '\033]0;node\007'; printf 'No shell for you\n\n'"#,
                    #"it ended with code 3 and printed '\u{1B}]0;node\u{7}No shell for you'"#
                ),
                (#"printf '\033[31mNo\033[0m'"#, #"it ended with code 3 and printed '\u{1B}[31mNo\u{1B}[0m'"#),
                ("printf 'out'; echo no memory >&2", "no memory"),
                ("printf 'Welcome. graphrun: --threads 0: give more\n' >&2", "graphrun: --threads 0: give more"),
                (":", "it ended with code 3"),
            ] as [(String, String)])
        func silent(_ login: String, _ shown: String) async throws {
            let outcome = try await run("me@127.0.0.1\n", "\(login)\nexit 3")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("graphrun: hosts.txt:1: me@127.0.0.1: \(shown); "), "\(outcome.errors)")
        }

        @Test("What was read is cut to a line")
        func long() async throws {
            let outcome = try await run("me@127.0.0.1\n", "head -c 5000 /dev/zero | tr '\\000' x\nexit 3")
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.contains("printed '\(String(repeating: "x", count: 300))…'; "), "\(outcome.errors)")
        }
    }
}
