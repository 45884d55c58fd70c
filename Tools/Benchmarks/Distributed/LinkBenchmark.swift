internal import Foundation
internal import TensorFiles
internal import TestSupport

/// What a run on two hosts hides of its communication, and how near it comes to what was predicted: on loopback, and over
/// links of 1 Gbit/s without and with delay.
struct LinkBenchmark {
    private let effort: Effort
    private let folder: String
    private let files: JobFiles
    private let job: OwnJob

    /// - Parameter folder: for runs and their results.
    init(_ files: JobFiles, _ effort: Effort, in folder: String) throws {
        self.effort = effort
        self.folder = folder
        self.files = files
        job = try OwnJob(files, threads: 1, in: folder)
    }

    private enum Setting: String, CaseIterable {
        case loopback
        case gigabit = "1 Gbit/s"
        case delayed = "1 Gbit/s, 2 ms"

        var delay: Double { self == .delayed ? 0.002 : 0 }
    }

    private struct Figures: Decodable {
        struct Communication: Decodable {
            let seconds: Double
            let hiddenPart: Double
        }

        struct Worker: Decodable {
            let peakMemoryBytes: Int?
            let predictedPeakMemoryBytes: Int
        }

        struct Link: Decodable {
            let bytesPerIteration: Int
            let measuredBytesPerIteration: Int?
        }

        let iterations: Int
        let secondsPerIteration: Double
        let predictedSecondsPerIteration: Double
        let communication: Communication?
        let workers: [Worker]
        let links: [Link]
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "Communication hidden, times foretold",
            "The graph `pnp` with ffdnet, tiles `exact`, on \(effort.height) × \(effort.width) × 3, by two workers of one "
                + "thread: on loopback, and in network namespaces joined by links of 1 Gbit/s (token bucket), without and with "
                + "a relay that hands everything on 2 ms later. Seconds of an iteration (median), those that the plan foretold "
                + "from what the workers had measured before; how much of the time in which values were on their way lies "
                + "under computing of sender or receiver, from the trace; most memory of a worker, and what the plan said.",
            columns: [
                "link", "iteration", "foretold", "off by", "on the way", "hidden", "MB sent", "image MB", "peak MB",
                "foretold MB",
            ])
        let settings = TestNetwork.obstacle == nil ? Setting.allCases : [.loopback]
        if let obstacle = TestNetwork.obstacle { section.notes.append("Links of 1 Gbit/s are left out: \(obstacle).") }
        var results: Set<Data> = []
        for setting in settings {
            log("links: \(setting.rawValue)")
            let figures = try run(setting, &results)
            let off = figures.predictedSecondsPerIteration / figures.secondsPerIteration - 1
            let hidden = figures.communication?.hiddenPart
            let image = Double(effort.height * effort.width * 3 * 4) / 1e6
            let sent = figures.links.map { Double($0.bytesPerIteration) / 1e6 }
            let peaks = figures.workers.map { Double($0.peakMemoryBytes ?? 0) / 1e6 }
            let foretold = figures.workers.map { Double($0.predictedPeakMemoryBytes) / 1e6 }
            section.rows.append([
                setting.rawValue, decimals(figures.secondsPerIteration, 3),
                decimals(figures.predictedSecondsPerIteration, 3), "\(decimals(off * 100, 1)) %",
                decimals((figures.communication?.seconds ?? 0) / Double(figures.iterations), 3),
                hidden.map { "\(decimals($0 * 100, 0)) %" } ?? "–",
                sent.map { decimals($0, 2) }.joined(separator: ", "),
                decimals(image, 2), peaks.map { decimals($0, 0) }.joined(separator: ", "),
                foretold.map { decimals($0, 0) }.joined(separator: ", "),
            ])
            try keep(section)
            guard effort.isFull else { continue }
            section.requirements += [
                Requirement("\(setting.rawValue): foretold seconds off by", .atMost, 15, "%", measured: abs(off) * 100),
                Requirement(
                    "\(setting.rawValue): foretold memory off by", .atMost, 15, "%",
                    measured: zip(peaks, foretold).map { abs($1 / $0 - 1) * 100 }.max()),
                Requirement(
                    "\(setting.rawValue): bytes out of a worker over the image's", .atMost, 1.15, "×",
                    measured: sent.map { $0 / image }.max()),
            ]
            guard setting != .loopback else { continue }
            section.requirements.append(
                Requirement(
                    "\(setting.rawValue): transfer time under computing", .atLeast, 80, "%",
                    measured: hidden.map { $0 * 100 }))
        }
        section.notes.append("The results are \(results.count == 1 ? "the same to the bit" : "not the same").")
        return section
    }

    private func run(_ setting: Setting, _ results: inout Set<Data>) throws -> Figures {
        let graphrun = try Program(built: "graphrun")
        let network = setting == .loopback ? nil : try TestNetwork(hosts: 2, bitsPerSecond: 1_000_000_000)
        let addresses = network?.addresses ?? ["127.0.0.1", "127.0.0.1"]
        // Before they run beside each other, as each measures the whole machine.
        for host in addresses.indices {
            _ = try HelperProcess(
                graphrun, ["worker", "--attended", "--measure", "--data", "\(folder)/links-\(host)"])
        }
        let workers = try HelperProcess.startAll(
            Program("/usr/bin/env"),
            addresses.enumerated().map { host, address in
                (network?.prefix(host) ?? []) + [
                    graphrun.path, "worker", "--attended", "--bind", "tcp://\(address):*", "--threads", "1",
                    "--insecure",
                    "--neighbours", "2", "--data", "\(folder)/links-\(host)",
                ]
            })
        var endpoints = workers.map { $0.announcement.split(separator: " ").last.map(String.init) ?? "" }
        var relays: [DelayRelay] = []
        if let network, setting.delay > 0 {
            for (host, address) in addresses.enumerated() {
                let port = endpoints[host].split(separator: ":").last.flatMap { Int($0) } ?? 0
                let relay = try DelayRelay(at: network.outside, to: (address, port), delay: setting.delay)
                relays.append(relay)
                endpoints[host] = "tcp://\(network.outside):\(relay.port)"
            }
        }
        // They end when nothing holds them any more.
        defer { withExtendedLifetime((workers, network)) { for relay in relays { relay.stop() } } }
        let hosts = "\(folder)/links-hosts.txt"
        try AtomicFile.write(Array((endpoints.joined(separator: "\n") + "\n").utf8), to: hosts)
        let finished = try job.run(
            "links", ["weights=\(files.ffdnet)", "iterations=\(effort.ffdnetIterations + 6)", "tile=\(effort.tile)"],
            options: ["--workers", hosts])
        if let result = FileManager.default.contents(atPath: finished.result) { results.insert(result) }
        guard let data = FileManager.default.contents(atPath: "\(folder)/links/run.json"),
            let figures = try? JSONDecoder().decode(Figures.self, from: data)
        else { throw BenchmarkError("\(folder)/links/run.json: it is missing or of another form") }
        return figures
    }
}
