internal import Foundation
internal import Imaging
internal import TensorFiles
internal import Tensors
internal import TestSupport

/// Whole iterations of the graph `pnp` with one network, and the same iterations by deepinv.
struct JobBenchmark {
    enum Denoiser: String {
        case ffdnet = "FFDNet"
        case drunet = "DRUNet"
    }

    /// One of the programs and settings that take turns.
    private struct Form {
        let name: String
        let run: () throws -> JobFigures
        var figures = JobFigures()
    }

    private let denoiser: Denoiser
    private let effort: Effort
    private let files: JobFiles
    private let peerImportBytes: Int
    private var own: [Form] = []
    private var peers: [Form] = []

    /// The names of the peer's forms.
    private static let demo = "deepinv.distributed, as in its demo"
    private static let tuned = "deepinv.distributed, tuned"
    private static let untiled = "deepinv untiled, tuned"

    private var iterations: Int { denoiser == .ffdnet ? effort.ffdnetIterations : effort.drunetIterations }
    private var rounds: Int { denoiser == .ffdnet ? effort.ffdnetRounds : effort.drunetRounds }

    /// - Parameter folder: for runs and their results.
    init(_ denoiser: Denoiser, _ files: JobFiles, peer: Peer?, _ effort: Effort, in folder: String) throws {
        self.denoiser = denoiser
        self.effort = effort
        self.files = files
        peerImportBytes = try peer?.about().importBytes ?? 0
        let weights = denoiser == .ffdnet ? files.ffdnet : files.drunet
        let iterations = iterations
        let job = try OwnJob(files, threads: effort.threads, in: folder)

        var forms: [(name: String, settings: [String], options: [String])] = [
            ("graphrun, paste", ["tiles=paste", "tile=\(effort.tile)"], [])
        ]
        switch denoiser {
        case .ffdnet:
            forms.append(("graphrun, exact", ["tiles=exact", "tile=\(effort.tile)"], []))
            if job.canRewrite {
                forms.append(
                    ("graphrun, exact, no rewrites", ["tiles=exact", "tile=\(effort.tile)"], ["--rewrite", "none"]))
            }
        case .drunet:
            forms.append(("graphrun, untiled", ["tiles=exact", "tile=4096"], []))
        }
        let common = ["weights=\(weights)", "iterations=\(iterations)", "overlap=\(effort.overlap)"]
        own = forms.enumerated().map { index, form in
            Form(name: form.name) {
                try job.run("\(denoiser.rawValue)-\(index)", common + form.settings, options: form.options)
            }
        }
        guard let peer else { return }
        let tuning = ["--blur", "BlurFFT", "--channels-last"]
        let peerForms = [
            (JobBenchmark.demo, []), (JobBenchmark.tuned, tuning + ["--tiles", "one"]),
            (JobBenchmark.untiled, tuning + ["--tiles", "none"]),
        ]
        peers = peerForms.enumerated().map { index, form in
            Form(name: form.0) {
                try peer.run(
                    form.1, weights: weights, iterations: iterations,
                    result: "\(folder)/\(denoiser.rawValue)-peer-\(index).npy")
            }
        }
    }

    /// Lets all take turns.
    mutating func run() throws -> Section {
        for round in 0..<rounds {
            // Ours, theirs, ours, theirs, …
            for index in 0..<max(own.count, peers.count) {
                for keyPath in [\JobBenchmark.own, \JobBenchmark.peers]
                where self[keyPath: keyPath].indices.contains(index) {
                    log(
                        "\(denoiser.rawValue) job, round \(round + 1) of \(rounds): \(self[keyPath: keyPath][index].name)"
                    )
                    self[keyPath: keyPath][index].figures.add(try self[keyPath: keyPath][index].run())
                }
            }
        }
        return try section()
    }

    private func section() throws -> Section {
        let hasPeer = !peers.isEmpty
        var section = Section(
            "The job with \(denoiser.rawValue)",
            "Seconds an iteration of the graph `pnp` on \(effort.height) × \(effort.width) × 3, "
                + "\(effort.threads) threads: \(rounds) times each in turn, a process every time, "
                + "\(iterations) iterations without the first. Tiles are \(effort.tile) with an overlap of "
                + "\(effort.overlap)."
                + (hasPeer ? " The last two columns say how many times longer deepinv.distributed takes." : ""),
            columns: ["", "iteration", "data step", "denoise", "rest", "peak MB"]
                + (hasPeer ? ["× demo", "× tuned"] : []))
        for (form, isOwn) in own.map({ ($0, true) }) + peers.map({ ($0, false) }) {
            let figures = form.figures
            let ratios = [JobBenchmark.demo, JobBenchmark.tuned].map { name in
                isOwn ? ratio(of: name, over: form)?.text ?? "" : ""
            }
            section.rows.append(
                [
                    form.name, figures.seconds.text(3), milliseconds(figures.dataStep), milliseconds(figures.denoise),
                    milliseconds(figures.rest), decimals(Double(figures.peakBytes) / 1e6, 0),
                ] + (hasPeer ? ratios : []))
            section.samples["\(denoiser.rawValue): \(form.name)"] = figures.seconds
            section.samples["\(denoiser.rawValue): \(form.name), data step"] = figures.dataStep
            section.samples["\(denoiser.rawValue): \(form.name), denoise"] = figures.denoise
        }
        section.notes = try notes()
        if effort.isFull, hasPeer { section.requirements = requirements() }
        return section
    }

    private func ratio(of peer: String, over form: Form) -> Ratio? {
        peers.first { $0.name == peer }.flatMap { Ratio($0.figures.seconds, over: form.figures.seconds) }
    }

    private func milliseconds(_ samples: Samples) -> String {
        samples.median.map { "\(decimals($0 * 1e3, 1)) ms" } ?? "–"
    }

    // MARK: What both computed

    private func notes() throws -> [String] {
        var notes = files.notes
        let last = own.count > 1 ? own[1] : own[0]
        for (form, name) in [(own[0], JobBenchmark.demo), (last, JobBenchmark.untiled)] {
            guard let peer = peers.first(where: { $0.name == name }) else { continue }
            notes.append(try agreement(form, peer))
        }
        guard !peers.isEmpty else { return notes }
        return notes + [
            "*As in its demo* is `Blur`, `distribute(…)` and all tiles in one batch; *tuned* is `BlurFFT`, a tile at a "
                + "time, and weights in the layout channels-last, the fastest that was found.",
            "An iteration of ours also computes two metrics (*rest*), theirs none. A Python process holds "
                + "\(decimals(Double(peerImportBytes) / 1e6, 0)) MB when it has imported deepinv and done nothing.",
        ]
    }

    /// That two programs computed the same image.
    private func agreement(_ form: Form, _ peer: Form) throws -> String {
        let (ours, theirs) = (try NPY.read(form.figures.result), try NPY.read(peer.figures.result))
        let truth = try ImageFile.read(files.image).image
        let difference = relativeDifference(ours, reference: theirs)
        func psnr(_ image: Tensor) -> String {
            decimals(image.withView { image in truth.withView { Metrics.psnr(image, reference: $0) } }, 2)
        }
        return "After \(iterations) iterations *\(form.name)* and *\(peer.name)* differ by "
            + "\(scientific(difference)) of the largest value; PSNR \(psnr(ours)) and \(psnr(theirs)) dB."
    }

    // MARK: What was asked

    private func requirements() -> [Requirement] {
        let asked = denoiser == .ffdnet ? [2.5, 5] : [3, 8]
        let speed = zip(own, asked).map { form, asked in
            Requirement(
                "\(denoiser.rawValue) job, \(form.name): faster than deepinv.distributed", .atLeast, asked, "×",
                measured: ratio(of: JobBenchmark.demo, over: form)?.median)
        }
        let (most, least) = (own.map(\.figures.peakBytes).max() ?? 0, peers.map(\.figures.peakBytes).min() ?? 0)
        return speed + [
            Requirement(
                "\(denoiser.rawValue) job: our largest peak memory, deepinv's smallest", .atMost, Double(least) / 1e6,
                "MB", measured: Double(most) / 1e6)
        ]
    }
}
