internal import Foundation

/// All parts of the benchmark, one after the other.
package struct Benchmark {
    package enum Part: String, CaseIterable, Sendable {
        case job, denoiser, gradient, overhead, transport, hops, stencil, workers, links, quality
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

    /// - Parameter command: that asked for it, for the report.
    /// - Throws: where a program is missing or fails.
    package func run(command: String) throws -> Report {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let files = try JobFiles(effort, in: folder)
        let peer = usesPeer ? try Peer(files, venv: venv, effort) : nil
        var machine = Machine()
        if let peer { machine.versions.merge(peer.versions) { $1 } }

        var sections: [Section] = []
        if parts.contains(.job) {
            for denoiser in [JobBenchmark.Denoiser.ffdnet, .drunet] {
                var job = try JobBenchmark(denoiser, files, peer: peer, effort, in: folder)
                sections.append(try job.run())
            }
        }
        if parts.contains(.denoiser) { sections.append(try DenoiserBenchmark(files, effort).run()) }
        if parts.contains(.gradient) {
            sections.append(try GradientBenchmark(files, peer: peer, effort, in: folder).run())
        }
        if parts.contains(.overhead) { sections.append(try OverheadBenchmark(effort, in: folder).run()) }
        if parts.contains(.workers) {
            for denoiser in [JobBenchmark.Denoiser.ffdnet, .drunet] {
                let benchmark = try SpeedUpBenchmark(denoiser, files, peer: peer, effort, in: folder)
                let job = sections
                sections.append(try benchmark.run { Benchmark.factor(denoiser, over: $0, in: job) })
            }
        }
        if parts.contains(.transport) { sections.append(try TransportBenchmark(effort).run()) }
        if parts.contains(.hops) { sections.append(try HopBenchmark(peer: peer, effort, in: folder).run()) }
        if parts.contains(.stencil) { sections.append(try GranularityBenchmark(effort, in: folder).run()) }
        if parts.contains(.links) { sections.append(try LinkBenchmark(files, effort, in: folder).run()) }
        if parts.contains(.quality), let section = try QualityBenchmark(effort).run() { sections.append(section) }
        return Report(command: command, machine: machine, sections: sections)
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
