internal import Imaging
internal import TensorFiles
internal import Tensors
internal import TestSupport

extension JobBenchmark {
    /// The table of all forms that have run, with what is to be said and asked of them once all have.
    func section() throws -> Section {
        let hasPeer = !peers.isEmpty
        let isWhole = (own + peers).allSatisfy(\.hasRun)
        var section = Section(
            "The job with \(denoiser.rawValue)",
            "Seconds for an iteration of the graph `pnp` on \(effort.height) × \(effort.width) × 3, "
                + "\(effort.threads) threads. Each runs \(rounds == 1 ? "once" : "\(rounds) times"), in turn, as a "
                + "process of its own with \(iterations) iterations, the first not counted. Tiles are \(effort.tile) "
                + "with an overlap of \(effort.overlap)."
                + (hasPeer ? " The last two columns say how many times longer deepinv.distributed takes." : ""),
            columns: ["", "iteration", "data step", "denoise", "rest", "peak MB"]
                + (hasPeer ? ["× demo", "× tuned"] : []))
        for form in own where form.hasRun {
            let ratios = JobBenchmark.tiledPeers.map { ratio(of: $0.name, over: form)?.text ?? "" }
            section.rows.append(row(form) + (hasPeer ? ratios : []))
        }
        for form in peers where form.hasRun { section.rows.append(row(form) + ["", ""]) }
        for form in own + peers where form.hasRun {
            let name = "\(denoiser.rawValue): \(form.name)"
            section.samples[name] = form.figures.seconds
            section.samples["\(name), data step"] = form.figures.dataStep
            section.samples["\(name), denoise"] = form.figures.denoise
        }
        section.notes = files.notes(denoiser)
        guard isWhole else { return section }
        if hasPeer { section.notes += try peerNotes() }
        if effort.isFull, hasPeer { section.requirements = requirements() }
        return section
    }

    private func row(_ form: Form) -> [String] {
        let figures = form.figures
        return [form.name, figures.seconds.text(3)]
            + [figures.dataStep, figures.denoise, figures.rest].map { samples in
                samples.median.map { "\(decimals($0 * 1e3, 1)) ms" } ?? "–"
            } + [decimals(Double(figures.peakBytes) / 1e6, 0)]
    }

    private func ratio(of peer: String, over form: Form) -> Ratio? {
        peers.first { $0.name == peer }.flatMap { Ratio($0.figures.seconds, over: form.figures.seconds) }
    }

    // MARK: What is to be said

    private func peerNotes() throws -> [String] {
        var notes: [String] = []
        for (form, name) in zip(own, [JobBenchmark.demo.name, JobBenchmark.untiled.name]) {
            guard let peer = peers.first(where: { $0.name == name }) else { continue }
            notes.append(try agreement(form, peer))
        }
        notes += [
            "*As in its demo* is `Blur`, `distribute(…)` and all tiles in one batch; *tuned* is `BlurFFT`, a tile at a "
                + "time, and weights in the layout channels-last, the fastest that was found.",
            "An iteration of ours also computes two metrics (*rest*), theirs none.",
        ]
        // What is asked compares with the demo; a reader must also see where another setting is better than ours.
        if let leanest = peers.min(by: { $0.figures.peakBytes < $1.figures.peakBytes }),
            let largest = own.max(by: { $0.figures.peakBytes < $1.figures.peakBytes }),
            leanest.figures.peakBytes < largest.figures.peakBytes
        {
            notes.append(
                "*\(leanest.name)* holds \(decimals(Double(leanest.figures.peakBytes) / 1e6, 0)) MB, less than "
                    + "*\(largest.name)* with \(decimals(Double(largest.figures.peakBytes) / 1e6, 0)) MB.")
        }
        if let peerImportBytes {
            notes.append(
                "A Python process holds \(decimals(Double(peerImportBytes) / 1e6, 0)) MB when it has imported deepinv "
                    + "and done nothing.")
        }
        return notes
    }

    /// That two programs computed the same image.
    private func agreement(_ form: Form, _ peer: Form) throws -> String {
        let (ours, theirs) = (try NPY.read(form.figures.result), try NPY.read(peer.figures.result))
        let truth = try ImageFile.read(files.image).image
        func psnr(_ image: Tensor) -> String {
            decimals(image.withView { image in truth.withView { Metrics.psnr(image, reference: $0) } }, 2)
        }
        return "After \(iterations) iterations *\(form.name)* and *\(peer.name)* differ by "
            + "\(scientific(relativeDifference(ours, reference: theirs))) of the largest value; "
            + "PSNR \(psnr(ours)) and \(psnr(theirs)) dB."
    }

    // MARK: What was asked

    private func requirements() -> [Requirement] {
        let asked = denoiser == .ffdnet ? [2.5, 5] : [3, 8]
        let speed = zip(own, asked).map { form, asked in
            Requirement(
                "\(denoiser.rawValue) job, \(form.name): times faster than deepinv.distributed", .atLeast, asked, "×",
                measured: ratio(of: JobBenchmark.demo.name, over: form)?.median)
        }
        let demo = peers.first { $0.name == JobBenchmark.demo.name }
        let memory = own.prefix(asked.count).map { form in
            Requirement(
                "\(denoiser.rawValue) job, \(form.name): peak memory; asked is deepinv.distributed's", .atMost,
                Double(demo?.figures.peakBytes ?? 0) / 1e6, "MB", measured: Double(form.figures.peakBytes) / 1e6)
        }
        return speed + memory
    }
}
