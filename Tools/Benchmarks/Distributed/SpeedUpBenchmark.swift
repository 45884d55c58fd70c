internal import Foundation
internal import TensorFiles

/// Whole iterations of the graph `pnp` on one worker and on two, each a process with one thread, and the same iterations
/// by one and two processes of deepinv, in each form that it has.
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

        var hasRun: Bool { !seconds.seconds.isEmpty }

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

    /// Those of one and of two processes.
    private struct PeerFigures {
        let form: JobBenchmark.PeerForm
        var figures = [Figures(), Figures()]
    }

    private var mode: String { denoiser == .ffdnet ? "exact" : "paste" }
    private var iterations: Int { denoiser == .ffdnet ? effort.ffdnetIterations + 2 : effort.drunetIterations }
    private var rounds: Int { denoiser == .ffdnet ? effort.ffdnetRounds + 1 : effort.drunetRounds }
    private var weights: String { denoiser == .ffdnet ? files.ffdnet : files.drunet }

    /// - Parameter threaded: how many times faster than a form of the peer the job is in one process of as many threads,
    ///   where that was measured.
    func run(_ keep: Keep, threaded: (JobBenchmark.PeerForm) -> Double?) throws -> Section {
        let program = try Program(built: "graphrun")
        let workers = try (0..<2).map { index in
            try HelperProcess(
                program, ["worker", "--attended", "--threads", "1", "--data", "\(folder)/speed-up-\(index)"])
        }
        var own = [Figures(), Figures()]
        var peers = (peer == nil ? [] : JobBenchmark.tiledPeers).map { PeerFigures(form: $0) }
        for round in 1...rounds {
            for count in [1, 2] {
                log("speed-up, \(denoiser.rawValue), round \(round) of \(rounds): graphrun, \(count)")
                try run(Array(workers.prefix(count)), &own[count - 1])
                try keep(try section(own, peers, threaded: threaded))
            }
            guard let peer else { continue }
            for index in peers.indices {
                for count in [1, 2] {
                    let form = peers[index].form
                    log("speed-up, \(denoiser.rawValue), round \(round) of \(rounds): \(form.name), \(count)")
                    let (seconds, processor) = try peer.runDistributed(
                        form.options, processes: count, weights: weights, iterations: iterations,
                        result: "\(folder)/speed-up-\(denoiser.rawValue)-peer.npy")
                    peers[index].figures[count - 1].seconds.add(seconds)
                    peers[index].figures[count - 1].processorSeconds.append(processor)
                    try keep(try section(own, peers, threaded: threaded))
                }
            }
        }
        return try section(own, peers, threaded: threaded)
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

    private func section(
        _ own: [Figures], _ peers: [PeerFigures], threaded: (JobBenchmark.PeerForm) -> Double?
    ) throws -> Section {
        var section = Section(
            "Two workers instead of one, with \(denoiser.rawValue)",
            "Seconds for an iteration of the graph `pnp` on \(effort.height) × \(effort.width) × 3 in the mode `\(mode)` with "
                + "tiles of \(effort.tile) and an overlap of \(effort.overlap), by workers that are processes of one thread each, "
                + "over ZeroMQ on loopback; in turn, \(rounds) times \(iterations) iterations, the first not counted. Beside "
                + "them the processor seconds of each process for an iteration, which tell what it would be on a machine that "
                + "does nothing else.",
            columns: ["", "iteration", "processor seconds", "times faster"])
        let speedUp = add(own, "graphrun", ["1 worker", "2 workers"], to: &section)
        guard own.allSatisfy(\.hasRun) else { return section }
        let results = try own.map { try NPY.read($0.result) }
        section.notes = [
            "The results of one worker and of two are \(results[0] == results[1] ? "the same to the bit" : "not the same")."
        ]
        if let alone = own[0].meanProcessorSeconds.first, let busier = own[1].meanProcessorSeconds.max(), busier > 0 {
            section.notes.append(
                "By processor seconds, of which the busier of two uses \(decimals(busier, 3)), two workers are "
                    + "\(decimals(alone / busier, 2)) times faster.")
        }
        if !peers.isEmpty {
            section.notes.append("deepinv.distributed runs under torchrun with gloo, a thread a process.")
        }
        if effort.isFull {
            section.requirements.append(requirement("1", asked: 1.85, measured: speedUp?.median))
        }
        for peer in peers where peer.figures.contains(where: \.hasRun) {
            add(peer.figures, peer.form.name, ["1 process", "2 processes"], to: &section)
            guard peer.figures.allSatisfy(\.hasRun) else { continue }
            let factors = zip(peer.figures, own).map { Ratio($0.seconds, over: $1.seconds) }
            section.notes.append(
                "Than *\(peer.form.name)* graphrun is \(factors[0]?.text ?? "–") times faster with one and "
                    + "\(factors[1]?.text ?? "–") with two.")
            guard effort.isFull else { continue }
            let bounds = [
                ("one process", factors[0]?.median), ("one process of two threads", threaded(peer.form)),
            ]
            for case (let bound, let asked?) in bounds {
                section.requirements.append(
                    requirement(
                        "the 2 of \(peer.form.name); asked is that of \(bound)", asked: asked,
                        measured: factors[1]?.median))
            }
        }
        return section
    }

    /// Adds what one and two processes took, and returns how many times faster two are.
    @discardableResult
    private func add(_ figures: [Figures], _ name: String, _ counts: [String], to section: inout Section) -> Ratio? {
        let speedUp = Ratio(figures[0].seconds, over: figures[1].seconds)
        for (index, (count, figures)) in zip(counts, figures).enumerated() where figures.hasRun {
            let faster = index == 0 ? "" : speedUp?.text ?? "–"
            section.rows.append(["\(name), \(count)", figures.seconds.text(3), figures.processorText, faster])
            section.samples["speed-up, \(denoiser.rawValue): \(name), \(count)"] = figures.seconds
        }
        return speedUp
    }

    /// - Parameter rival: than whom two workers are to be faster.
    private func requirement(_ rival: String, asked: Double, measured: Double?) -> Requirement {
        Requirement(
            "\(denoiser.rawValue) job, \(mode), 2 workers: times faster than \(rival)", .atLeast, asked, "×",
            measured: measured)
    }
}
