/// Whole iterations of the graph `pnp` with one network, and the same iterations by deepinv.
struct JobBenchmark {
    enum Denoiser: String {
        case ffdnet = "FFDNet"
        case drunet = "DRUNet"
    }

    /// A program with its settings, and what it has taken so far.
    struct Form {
        let name: String
        let run: () throws -> JobFigures
        var figures = JobFigures()

        var hasRun: Bool { !figures.seconds.seconds.isEmpty }
    }

    let denoiser: Denoiser
    let effort: Effort
    let files: JobFiles
    /// What a process holds that has only imported deepinv, in bytes; `nil` without a peer.
    let peerImportBytes: Int?
    private(set) var own: [Form] = []
    private(set) var peers: [Form] = []

    var iterations: Int { denoiser == .ffdnet ? effort.ffdnetIterations : effort.drunetIterations }
    var rounds: Int { denoiser == .ffdnet ? effort.ffdnetRounds : effort.drunetRounds }

    /// - Parameter folder: for runs and their results.
    init(_ denoiser: Denoiser, _ files: JobFiles, peer: Peer?, _ effort: Effort, in folder: String) throws {
        self.denoiser = denoiser
        self.effort = effort
        self.files = files
        peerImportBytes = peer?.importBytes
        let job = try OwnJob(files, threads: effort.threads, in: folder)
        own = ownForms(job)
        peers = peer.map { peerForms($0, in: folder) } ?? []
    }

    /// Lets all take turns: ours, theirs, ours, theirs, …
    mutating func run(_ keep: Keep) throws -> Section {
        for round in 1...rounds {
            for index in 0..<max(own.count, peers.count) {
                if own.indices.contains(index) {
                    try JobBenchmark.run(&own[index], "round \(round) of \(rounds)")
                    try keep(section())
                }
                if peers.indices.contains(index) {
                    try JobBenchmark.run(&peers[index], "round \(round) of \(rounds)")
                    try keep(section())
                }
            }
        }
        return try section()
    }

    private static func run(_ form: inout Form, _ round: String) throws {
        log("the job, \(round): \(form.name)")
        form.figures.add(try form.run())
    }

    private var weights: String { denoiser == .ffdnet ? files.ffdnet : files.drunet }

    /// First the one with deepinv's tiles, then the one with the untiled network's result.
    private func ownForms(_ job: OwnJob) -> [Form] {
        let tiled = ["overlap=\(effort.overlap)", "tile=\(effort.tile)"]
        var forms: [(name: String, settings: [String], options: [String])] = [
            ("graphrun, paste", ["tiles=paste"] + tiled, [])
        ]
        switch denoiser {
        case .ffdnet:
            forms.append(("graphrun, exact", ["tiles=exact"] + tiled, []))
            if job.canRewrite {
                forms.append(("graphrun, exact, no rewrites", ["tiles=exact"] + tiled, ["--rewrite", "none"]))
            }
        case .drunet:
            // It reads so far that exact tiles of this size are the whole image each.
            forms.append(("graphrun, untiled", ["tiles=exact", "tile=\(max(effort.height, effort.width))"], []))
        }
        let common = ["weights=\(weights)", "iterations=\(iterations)"]
        return forms.enumerated().map { index, form in
            Form(name: form.name) {
                try job.run("\(denoiser.rawValue)-\(index)", common + form.settings, options: form.options)
            }
        }
    }

    // MARK: The peer

    /// A way to use deepinv.
    struct PeerForm: Equatable {
        let name: String
        /// Of `peer.py`.
        let options: [String]
    }

    private static let tuning = ["--blur", "BlurFFT", "--channels-last"]
    /// As its authors show it.
    static let demo = PeerForm(name: "deepinv.distributed, as in its demo", options: [])
    /// As fast as it was found to go.
    static let tuned = PeerForm(name: "deepinv.distributed, tuned", options: tuning + ["--tiles", "one"])
    static let untiled = PeerForm(name: "deepinv untiled, tuned", options: tuning + ["--tiles", "none"])
    /// Those that several processes can share.
    static let tiledPeers = [demo, tuned]

    private func peerForms(_ peer: Peer, in folder: String) -> [Form] {
        (JobBenchmark.tiledPeers + [JobBenchmark.untiled]).enumerated().map { index, form in
            Form(name: form.name) {
                try peer.run(
                    form.options, weights: weights, iterations: iterations,
                    result: "\(folder)/\(denoiser.rawValue)-peer-\(index).npy")
            }
        }
    }
}
