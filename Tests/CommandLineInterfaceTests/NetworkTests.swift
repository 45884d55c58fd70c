internal import Foundation
internal import TensorFiles
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// Two hosts, each joined to the other by a link of 1 Gbit/s.
    @Suite(
        "Hosts on a network",
        .enabled(if: TestNetwork.obstacle == nil, "no network of namespaces here: \(TestNetwork.obstacle ?? "")"))
    struct NetworkTests {
        @Test(
            "Give the same bytes as one process, send what the plan says and tell what was hidden",
            arguments: [0, 0.002])
        func run(delay: Double) async throws {
            let network = try TestNetwork(hosts: 2, bitsPerSecond: 1_000_000_000)
            let here = try Workplace()
            try await here.preparePnP()
            try NPY.write(Samples.image(3, 240, 200), to: here.path("image.npy"))
            var workers: [RunningProgram] = []
            var relays: [DelayRelay] = []
            var endpoints: [String] = []
            for (host, address) in network.addresses.enumerated() {
                let worker = try RunningProgram(
                    "/usr/bin/env",
                    network.prefix(host) + [
                        try Programs.path("graphrun"), "worker", "--bind", "tcp://\(address):*", "--insecure",
                        "--threads",
                        "1", "--data", here.path("data\(host)"),
                    ], in: here)
                try await worker.waitForOutput("\n")
                workers.append(worker)
                let endpoint = try #require(
                    try worker.printed().split(whereSeparator: \.isWhitespace).dropFirst(2).first)
                endpoints.append(String(endpoint))
                guard delay > 0 else { continue }
                let port = try #require(endpoint.split(separator: ":").last.flatMap { Int($0) })
                let relay = try DelayRelay(at: network.outside, to: (address, port), delay: delay)
                relays.append(relay)
                endpoints[host] = "tcp://\(network.outside):\(relay.port)"
            }
            try here.write(endpoints.joined(separator: "\n"), to: "hosts.txt")
            // Enough work that sending it to another host is worth it.
            let options = ["g.graph", "--set", "tile=64", "--set", "iterations=4", "--set", "tv-iterations=100"]
            let alone = try await here.start(options + ["--threads", "1", "--output", "alone"], by: "graphrun")
                .outcome()
            #expect(alone.code == 0, "\(alone.errors)")
            let planned = try await here.start(
                ["plan", "--json", "--workers", "hosts.txt"] + options, by: "graphrun"
            ).outcome()
            #expect(planned.code == 0, "\(planned.errors)")
            let both = try await here.start(options + ["--workers", "hosts.txt", "--output", "both"], by: "graphrun")
                .outcome()
            #expect(both.code == 0, "\(both.errors)")
            #expect(try here.bytes("both/result.npy") == here.bytes("alone/result.npy"))

            let report = try here.object("both/run.json")
            let links = try #require(report["links"] as? [[String: Any]])
            #expect(links.count == 2, "each worker sends to the other")
            for link in links {
                let bytes = try #require(link["bytesPerIteration"] as? Int)
                #expect(link["measuredBytesPerIteration"] as? Int == bytes)
            }
            let communication = try #require(report["communication"] as? [String: Any])
            let hidden = try #require(communication["hiddenPart"] as? Double)
            #expect((0...1).contains(hidden))
            // What the bucket lets through at once takes no time on the link, but the delay is there for all.
            let seconds = try #require(communication["seconds"] as? Double)
            #expect(seconds > 4 * delay, "4 iterations")

            let measured = planned.outputLines.filter { $0.contains(#""latency""#) }
            #expect(!measured.isEmpty)
            for line in measured {
                let link = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                #expect(try #require(link["latency"] as? Double) >= delay)
                #expect(
                    try #require(link["bandwidth"] as? Double) < 160e6, "1 Gbit/s, and what the bucket lets through")
            }
            for worker in workers {
                worker.interrupt()
                _ = try await worker.outcome()
            }
            for relay in relays { relay.stop() }
        }
    }
}
