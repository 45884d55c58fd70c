internal import Foundation
internal import TensorFiles

/// Whole iterations of the graph `pnp` on one worker and on two, each a process with one thread, and the same iterations
/// by one and two processes of deepinv.
struct SpeedUpBenchmark {
    let denoiser: JobBenchmark.Denoiser
    private let effort: Effort
    private let folder: String
    private let files: JobFiles
    private let peer: Peer?
    private let job: OwnJob

    /// - Parameters:
    ///   - peer: whose processes compute with one thread each.
    ///   - folder: for runs and their results.
    init(_ denoiser: JobBenchmark.Denoiser, _ files: JobFiles, peer: Peer?, _ effort: Effort, in folder: String) throws
    {
        self.denoiser = denoiser
        self.effort = effort
        self.folder = folder
        self.files = files
        self.peer = peer
        job = try OwnJob(files, threads: 1, in: folder)
    }

    /// Seconds of iterations, and seconds of processor time that each process used for one.
    private struct Figures {
        var seconds = Samples()
        var processorSeconds: [[Double]] = []
        var result = ""

        /// Of each process, over all runs.
        var meanProcessorSeconds: [Double] {
            (processorSeconds.first ?? []).indices.map { process in
                let all = processorSeconds.map { $0[process] }
                return all.reduce(0, +) / Double(all.count)
            }
        }

        /// `0.51, 0.48`: for each process.
        var processorText: String {
            let all = meanProcessorSeconds.map { decimals($0, 3) }
            return all.isEmpty ? "–" : all.joined(separator: ", ")
        }
    }

    private var mode: String { denoiser == .ffdnet ? "exact" : "paste" }
    private var iterations: Int { denoiser == .ffdnet ? effort.ffdnetIterations + 2 : effort.drunetIterations }
    private var rounds: Int { denoiser == .ffdnet ? effort.ffdnetRounds + 1 : effort.drunetRounds }
    private var weights: String { denoiser == .ffdnet ? files.ffdnet : files.drunet }

    /// - Parameter threaded: how many times faster than the peer the job is in one process of as many threads, where that
    ///   was measured.
    func run(threaded: Double?) throws -> Section {
        let program = try Program(built: "graphrun")
        let workers = try (0..<2).map { index in
            try HelperProcess(
                program, ["worker", "--attended", "--threads", "1", "--data", "\(folder)/speed-up-\(index)"])
        }
        var own = [Figures(), Figures()]
        var theirs = [Figures(), Figures()]
        for round in 1...rounds {
            for count in [1, 2] {
                log("speed-up, \(denoiser.rawValue), round \(round) of \(rounds): graphrun, \(count)")
                try run(Array(workers.prefix(count)), &own[count - 1])
            }
            guard let peer else { continue }
            for count in [1, 2] {
                log("speed-up, \(denoiser.rawValue), round \(round) of \(rounds): deepinv, \(count)")
                let result = "\(folder)/speed-up-\(denoiser.rawValue)-peer.npy"
                let (seconds, processor) = try peer.runDistributed(
                    processes: count, weights: weights, iterations: iterations, result: result)
                theirs[count - 1].seconds.add(seconds)
                theirs[count - 1].processorSeconds.append(processor)
            }
        }
        return try section(own, theirs, threaded: threaded)
    }

    private func run(_ workers: [HelperProcess], _ figures: inout Figures) throws {
        let name = "speed-up-\(denoiser.rawValue)-\(workers.count)"
        let hosts = "\(folder)/\(name)-hosts.txt"
        // The line ends with the endpoint.
        let endpoints = workers.map { $0.announcement.split(separator: " ").last.map(String.init) ?? "" }
        try AtomicFile.write(Array((endpoints.joined(separator: "\n") + "\n").utf8), to: hosts)
        var used: [[Double]] = []
        let finished = try job.run(
            name,
            [
                "weights=\(weights)", "iterations=\(iterations)", "tiles=\(mode)", "overlap=\(effort.overlap)",
                "tile=\(effort.tile)",
            ], options: ["--workers", hosts]
        ) { used.append(workers.map { $0.processorSeconds ?? 0 }) }
        figures.seconds.add(Samples(Array(finished.seconds.seconds.dropFirst())))
        figures.result = finished.result
        // Reading files and making kernels come before the first iteration.
        guard let first = used.first, let last = used.last, used.count > 1 else { return }
        figures.processorSeconds.append(zip(first, last).map { ($1 - $0) / Double(used.count - 1) })
    }

    private func section(_ own: [Figures], _ theirs: [Figures], threaded: Double?) throws -> Section {
        var section = Section(
            "Two workers instead of one, with \(denoiser.rawValue)",
            "Seconds for an iteration of the graph `pnp` on \(effort.height) × \(effort.width) × 3 in the mode `\(mode)` with "
                + "tiles of \(effort.tile) and an overlap of \(effort.overlap), by workers that are processes of one thread each, "
                + "over ZeroMQ on loopback; in turn, \(rounds) times \(iterations) iterations, the first not counted. Beside "
                + "them the processor seconds of each process for an iteration, which tell what it would be on a machine that "
                + "does nothing else.",
            columns: ["", "iteration", "processor seconds", "times faster"])
        let speedUp = Ratio(own[0].seconds, over: own[1].seconds)
        section.rows = [
            ["graphrun, 1 worker", own[0].seconds.text(3), own[0].processorText, ""],
            ["graphrun, 2 workers", own[1].seconds.text(3), own[1].processorText, speedUp?.text ?? "–"],
        ]
        for (count, figures) in zip([1, 2], own) {
            section.samples["speed-up, \(denoiser.rawValue): graphrun, \(count)"] = figures.seconds
        }
        let results = try own.map { try NPY.read($0.result) }
        section.notes = [
            "The results of one worker and of two are \(results[0] == results[1] ? "the same to the bit" : "not the same")."
        ]
        if let alone = own[0].meanProcessorSeconds.first, let busier = own[1].meanProcessorSeconds.max(), busier > 0 {
            section.notes.append(
                "By processor seconds, of which the busier of two uses \(decimals(busier, 3)), two workers are "
                    + "\(decimals(alone / busier, 2)) times faster.")
        }
        let factors = zip(theirs, own).map { Ratio($0.seconds, over: $1.seconds) }
        if peer != nil {
            let theirSpeedUp = Ratio(theirs[0].seconds, over: theirs[1].seconds)
            section.rows += [
                ["deepinv, 1 process", theirs[0].seconds.text(3), theirs[0].processorText, ""],
                [
                    "deepinv, 2 processes", theirs[1].seconds.text(3), theirs[1].processorText,
                    theirSpeedUp?.text ?? "–",
                ],
            ]
            for (count, figures) in zip([1, 2], theirs) {
                section.samples["speed-up, \(denoiser.rawValue): deepinv, \(count)"] = figures.seconds
            }
            section.notes.append(
                "deepinv.distributed runs as in its demo, under torchrun with gloo, a thread a process; graphrun is "
                    + "\(factors[0]?.text ?? "–") times faster with one and \(factors[1]?.text ?? "–") with two.")
        }
        guard effort.isFull else { return section }
        section.requirements.append(
            Requirement(
                "\(denoiser.rawValue) job, \(mode), 2 workers: times faster than 1", .atLeast, 1.85, "×",
                measured: speedUp?.median))
        guard peer != nil else { return section }
        for (form, asked) in [("one process", factors[0]?.median), ("one process of two threads", threaded)] {
            guard let asked else { continue }
            section.requirements.append(
                Requirement(
                    "\(denoiser.rawValue) job, \(mode), 2 workers: times faster than deepinv's 2; asked is that of \(form)",
                    .atLeast, asked, "×", measured: factors[1]?.median))
        }
        return section
    }
}
