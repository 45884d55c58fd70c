internal import Foundation
internal import TensorFiles

/// Whole iterations of the graph `pnp` on one worker and on two, each a process with one thread, and the same iterations
/// by two processes of deepinv.
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

    /// - Parameter asked: how many times faster than the peer it has to be.
    func run(asked: Double) throws -> Section {
        let program = try Program(built: "graphrun")
        let workers = try (0..<2).map { index in
            try HelperProcess(
                program, ["worker", "--attended", "--threads", "1", "--data", "\(folder)/speed-up-\(index)"])
        }
        var own = [Figures(), Figures()]
        var theirs = Figures()
        for round in 1...rounds {
            for count in [1, 2] {
                log("speed-up, \(denoiser.rawValue), round \(round) of \(rounds): graphrun, \(count)")
                try run(Array(workers.prefix(count)), &own[count - 1])
            }
            guard let peer else { continue }
            log("speed-up, \(denoiser.rawValue), round \(round) of \(rounds): deepinv")
            let result = "\(folder)/speed-up-\(denoiser.rawValue)-peer.npy"
            let (seconds, processor) = try peer.runDistributed(
                processes: 2, weights: weights, iterations: iterations, result: result)
            theirs.seconds.add(seconds)
            theirs.processorSeconds.append(processor)
            theirs.result = result
        }
        return try section(own, theirs, asked: asked)
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

    private func section(_ own: [Figures], _ theirs: Figures, asked: Double) throws -> Section {
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
        let factor = Ratio(theirs.seconds, over: own[1].seconds)
        if peer != nil {
            section.rows.append(["deepinv, 2 processes", theirs.seconds.text(3), theirs.processorText, ""])
            section.samples["speed-up, \(denoiser.rawValue): deepinv, 2"] = theirs.seconds
            section.notes.append(
                "deepinv.distributed runs as in its demo, under torchrun with gloo; graphrun with two workers is "
                    + "\(factor?.text ?? "–") times faster.")
        }
        guard effort.isFull else { return section }
        section.requirements.append(
            Requirement(
                "\(denoiser.rawValue) job, \(mode), 2 workers: times faster than 1", .atLeast, 1.85, "×",
                measured: speedUp?.median))
        if peer != nil {
            section.requirements.append(
                Requirement(
                    "\(denoiser.rawValue) job, \(mode), 2 workers: times faster than deepinv's 2 processes", .atLeast,
                    asked, "×", measured: factor?.median))
        }
        return section
    }
}
