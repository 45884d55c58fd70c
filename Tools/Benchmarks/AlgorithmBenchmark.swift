internal import Foundation

/// Every algorithm of the graph `pnp` on the job, with FFDNet: how far it comes and how fast, and DPIR beside deepinv's.
struct AlgorithmBenchmark {
    /// An algorithm with the settings that were found to suit it.
    private struct Algorithm {
        let name: String
        let settings: [String]
        let iterations: Int
    }

    private static let all = [
        Algorithm(name: "pgd", settings: ["step=0.6", "sigma=0.015"], iterations: 40),
        Algorithm(name: "fista", settings: ["step=0.3", "sigma=0.015"], iterations: 40),
        Algorithm(name: "red", settings: ["step=0.4", "sigma=0.05", "weight=0.3"], iterations: 40),
        Algorithm(name: "hqs", settings: ["gamma=10", "sigma=0.04"], iterations: 20),
        Algorithm(name: "admm", settings: ["gamma=3", "sigma=0.02"], iterations: 20),
        Algorithm(name: "drs", settings: ["gamma=2", "sigma=0.05"], iterations: 20),
        Algorithm(name: "cp", settings: ["step=0.6", "dual-step=0.5", "sigma=0.02"], iterations: 40),
        Algorithm(name: "dpir", settings: ["noise-level=0.04"], iterations: 8),
    ]
    /// The quality, in dB, by which algorithms are compared.
    private static let aim = 31.8

    private let files: JobFiles
    private let effort: Effort
    private let peer: Peer?
    private let folder: String
    private let graphrun: Program
    private let graphs: Program

    /// - Parameter folder: for graphs and runs.
    init(_ files: JobFiles, peer: Peer?, _ effort: Effort, in folder: String) throws {
        self.files = files
        self.effort = effort
        self.peer = peer
        self.folder = folder
        graphrun = try Program(built: "graphrun")
        graphs = try Program(built: "graphs")
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "Algorithms",
            "The job by every algorithm of `pnp` with FFDNet, untiled, from zeros, \(effort.threads) threads; settings as in "
                + "the table. Seconds of iterations, without reading files and planning. Runs take turns, "
                + "\(rounds) rounds; medians.",
            columns: [
                "", "settings", "seconds an iteration", "best PSNR, dB", "in iteration",
                "iterations to \(AlgorithmBenchmark.aim) dB", "seconds to it",
            ])
        var runs: [String: [[(psnr: Double, seconds: Double)]]] = [:]
        var theirs: [String: [Peer.ReconstructionFigures]] = [:]
        for round in 1...rounds {
            for algorithm in AlgorithmBenchmark.all {
                log("algorithms, round \(round) of \(rounds): \(algorithm.name)")
                runs[algorithm.name, default: []].append(try run(algorithm))
            }
            for form in peer == nil ? [] : AlgorithmBenchmark.peers {
                log("algorithms, round \(round) of \(rounds): \(form.name)")
                let result = "\(folder)/dpir-peer.npy"
                if let peer {
                    theirs[form.name, default: []].append(
                        try peer.dpir(form.options, weights: files.ffdnet, noise: 0.04, result: result))
                }
            }
            section.rows = AlgorithmBenchmark.all.compactMap { row($0, runs[$0.name] ?? []) }
            section.samples = runs.reduce(into: [:]) { all, entry in
                all["algorithm \(entry.key)"] = Samples(entry.value.flatMap { $0.map(\.seconds) })
            }
            compare(runs["dpir"] ?? [], with: theirs, in: &section)
            try keep(section)
        }
        return section
    }

    private var rounds: Int { effort.isFull ? 3 : 1 }

    /// PSNR and seconds of every iteration.
    private func run(_ algorithm: Algorithm) throws -> [(psnr: Double, seconds: Double)] {
        let graph = "\(folder)/\(algorithm.name).graph"
        try graphs.run([
            "emit", "pnp", "--set", "measurements=\(files.measurementPattern)", "--set", "image=\(files.image)",
            "--set",
            "algorithm=\(algorithm.name)", "-o", graph,
        ])
        let output = "\(folder)/algorithm-\(algorithm.name)"
        try? FileManager.default.removeItem(atPath: output)
        let iterations = effort.isFull ? algorithm.iterations : min(algorithm.iterations, 3)
        let whole = ["weights=\(files.ffdnet)", "tile=\(max(effort.height, effort.width))", "iterations=\(iterations)"]
        let tolerance = algorithm.name == "dpir" ? [] : ["tolerance=0"]
        try graphrun.run(
            ["run", graph, "--quiet", "--threads", "\(effort.threads)", "--output", output]
                + (whole + tolerance + algorithm.settings).flatMap { ["--set", $0] })
        return try AlgorithmBenchmark.iterations(in: "\(output)/metrics.csv")
    }

    private static func iterations(in path: String) throws -> [(psnr: Double, seconds: Double)] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw BenchmarkError("\(path): it cannot be read")
        }
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard let header = lines.first, let psnr = header.firstIndex(of: "psnr"),
            let seconds = header.firstIndex(of: "seconds")
        else { throw BenchmarkError("\(path): it has no columns 'psnr' and 'seconds'") }
        return lines.dropFirst().compactMap { line in
            guard line.count == header.count, line[0] != "0", let quality = Double(line[psnr]),
                let time = Double(line[seconds])
            else { return nil }
            return (quality, time)
        }
    }

    private func row(_ algorithm: Algorithm, _ runs: [[(psnr: Double, seconds: Double)]]) -> [String]? {
        // The bits are the same in each; only the seconds differ.
        guard let first = runs.first, let best = first.indices.max(by: { first[$0].psnr < first[$1].psnr }) else {
            return nil
        }
        let each = Samples(runs.flatMap { $0.map(\.seconds) })
        let arrival = first.firstIndex { $0.psnr >= AlgorithmBenchmark.aim }
        let seconds = arrival.flatMap { arrival in
            Samples(runs.map { $0.prefix(arrival + 1).reduce(0) { $0 + $1.seconds } }).median
        }
        return [
            algorithm.name, algorithm.settings.joined(separator: " "), decimals(each.median ?? .nan, 3),
            decimals(first[best].psnr, 2), "\(best + 1)", arrival.map { "\($0 + 1)" } ?? "never",
            seconds.map { decimals($0, 2) } ?? "",
        ]
    }

    // MARK: deepinv's DPIR

    private static let peers = [
        JobBenchmark.PeerForm(name: "deepinv's DPIR, Blur", options: []),
        JobBenchmark.PeerForm(
            name: "deepinv's DPIR, BlurFFT, tuned", options: ["--blur", "BlurFFT", "--channels-last"]),
    ]

    private func compare(
        _ own: [[(psnr: Double, seconds: Double)]], with theirs: [String: [Peer.ReconstructionFigures]],
        in section: inout Section
    ) {
        section.requirements = []
        section.notes = []
        guard let psnr = own.first?.last?.psnr else { return }
        let ours = Samples(own.map { $0.reduce(0) { $0 + $1.seconds } })
        section.samples["dpir, ours"] = ours
        for form in AlgorithmBenchmark.peers {
            guard let runs = theirs[form.name], let reached = runs.first?.psnr else { continue }
            let seconds = Samples(runs.map(\.seconds))
            section.samples[form.name] = seconds
            section.notes.append(
                "\(form.name): \(decimals(reached, 3)) dB after \(decimals(seconds.median ?? .nan, 2)) s; ours "
                    + "\(decimals(psnr, 3)) dB after \(decimals(ours.median ?? .nan, 2)) s.")
            guard effort.isFull else { continue }
            section.requirements.append(
                Requirement("DPIR below \(form.name)", .atMost, 0.05, "dB", measured: reached - psnr))
            if let ratio = Ratio(seconds, over: ours)?.median {
                section.requirements.append(
                    Requirement("DPIR, times as fast as \(form.name)", .atLeast, 5, "×", measured: ratio))
            }
        }
    }
}
