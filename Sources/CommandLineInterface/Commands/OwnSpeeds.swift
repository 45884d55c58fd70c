internal import Foundation
internal import Runtime
internal import Scheduling

/// How fast this machine is: measured once, and remembered in a folder.
struct OwnSpeeds {
    private let cache: SpeedCache
    private let isQuiet: Bool

    /// - Parameter isQuiet: Whether nothing is said when the machine is measured.
    init(folder: String, isQuiet: Bool = false) {
        cache = SpeedCache(folder: folder, program: Tool.version, versions: RunReport.versions())
        self.isQuiet = isQuiet
    }

    /// Measures the machine, unless its speeds are known: before many ask for them at once.
    ///
    /// - Parameter anew: Whether it is measured in any case.
    /// - Throws: ``Failure`` where a file is to tell, and does not.
    func prepare(anew: Bool = false) throws {
        guard try GivenSpeeds.read() == nil else { return }
        _ = machine(anew: anew)
    }

    /// Of each of some workers on this machine that compute at the same time; `nil` where it cannot be told.
    ///
    /// - Throws: ``Failure`` where a file is to tell, and does not.
    func worker(threads: Int, of workers: Int, anew: Bool = false) throws -> Speeds? {
        try GivenSpeeds.read() ?? machine(anew: anew)?.speeds(threads: threads, workers: workers)
    }

    private func machine(anew: Bool) -> MachineSpeeds? {
        let processors = min(max(1, ProcessInfo.processInfo.activeProcessorCount), Limits.processors.upperBound)
        return try? cache.speeds(processors: processors, anew: anew) {
            if !isQuiet { Terminal.error("measuring how fast this machine computes; this is done once") }
            return try MachineSpeeds.measured()
        }
    }
}
