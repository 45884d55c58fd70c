internal import Foundation

/// All parts of the benchmark, one after the other.
package struct Benchmark {
    package enum Part: String, CaseIterable, Sendable {
        case job, algorithms, denoiser, gradient, overhead, assignments, transport, hops, stencil, workers, neighbours,
            links,
            quality,
            convergence, wholeConvergence = "convergence-whole"
    }

    private let effort: Effort
    private let parts: Set<Part>
    private let usesPeer: Bool
    private let venv: String?
    private let folder: String

    /// - Parameters:
    ///   - peer: whether deepinv runs beside.
    ///   - venv: a virtual environment that has it; by default one that is made.
    ///   - folder: for what is made on the way.
    package init(_ effort: Effort, _ parts: [Part], peer: Bool, venv: String?, folder: String) {
        self.effort = effort
        self.parts = Set(parts)
        usesPeer = peer
        self.venv = venv
        self.folder = folder
    }

    /// - Parameters:
    ///   - command: that asked for it, for the report.
    ///   - keep: takes the report whenever there is more in it.
    /// - Throws: where a program is missing or fails.
    package func run(command: String, keep: @escaping (Report) throws -> Void) throws -> Report {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let files = try JobFiles(effort, in: folder)
        let peer = usesPeer ? try Peer(files, venv: venv, effort) : nil
        var machine = Machine()
        if let peer { machine.versions.merge(peer.versions) { $1 } }

        var sections: [Section] = []
        func report(with more: [Section] = [], isWhole: Bool = false) -> Report {
            Report(command: command, machine: machine, sections: sections + more, isWhole: isWhole)
        }
        func add(_ part: Part, _ measure: (Keep) throws -> Section?) throws {
            guard parts.contains(part), let section = try measure({ try keep(report(with: [$0])) }) else { return }
            sections.append(section)
            try keep(report())
        }
        for denoiser in [JobBenchmark.Denoiser.ffdnet, .drunet] {
            try add(.job) { keep in
                var job = try JobBenchmark(denoiser, files, peer: peer, effort, in: folder)
                return try job.run(keep)
            }
        }
        try add(.algorithms) { try AlgorithmBenchmark(files, peer: peer, effort, in: folder).run($0) }
        try add(.denoiser) { try DenoiserBenchmark(files, effort).run($0) }
        try add(.gradient) { try GradientBenchmark(files, peer: peer, effort, in: folder).run($0) }
        try add(.overhead) { try OverheadBenchmark(effort, in: folder).run($0) }
        try add(.assignments) { try AssignmentBenchmark(effort).run($0) }
        for denoiser in [JobBenchmark.Denoiser.ffdnet, .drunet] {
            try add(.workers) { keep in
                let benchmark = try SpeedUpBenchmark(denoiser, files, peer: peer, effort, in: folder)
                let job = sections
                return try benchmark.run(keep) { Benchmark.factor(denoiser, over: $0, in: job) }
            }
        }
        try add(.neighbours) { try NeighbourBenchmark(files, effort, in: folder).run($0) }
        try add(.transport) { try TransportBenchmark(effort).run($0) }
        try add(.hops) { try HopBenchmark(peer: peer, effort, in: folder).run($0) }
        try add(.stencil) { try GranularityBenchmark(effort, in: folder).run($0) }
        try add(.links) { try LinkBenchmark(files, effort, in: folder).run($0) }
        try add(.quality) { try QualityBenchmark(effort).run($0) }
        try add(.convergence) { try ConvergenceBenchmark(effort, isWhole: false, in: folder).run($0) }
        try add(.wholeConvergence) { try ConvergenceBenchmark(effort, isWhole: true, in: folder).run($0) }
        let whole = report(isWhole: true)
        try keep(whole)
        return whole
    }

    /// How many times faster than the peer the job is in one process, where that was measured.
    private static func factor(
        _ denoiser: JobBenchmark.Denoiser, over peer: JobBenchmark.PeerForm, in sections: [Section]
    ) -> Double? {
        let own = denoiser == .ffdnet ? "graphrun, exact" : "graphrun, paste"
        let samples = sections.reduce(into: [:]) { all, section in all.merge(section.samples) { $1 } }
        guard let ours = samples["\(denoiser.rawValue): \(own)"],
            let theirs = samples["\(denoiser.rawValue): \(peer.name)"]
        else { return nil }
        return Ratio(theirs, over: ours)?.median
    }
}
