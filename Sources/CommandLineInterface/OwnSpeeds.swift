internal import Runtime
internal import Scheduling

/// How fast this machine is: measured once, and remembered in a folder.
struct OwnSpeeds {
    private let cache: SpeedCache

    init(folder: String) {
        cache = SpeedCache(folder: folder, program: Tool.version, versions: RunReport.versions())
    }

    /// Of workers in this process; none where it cannot be told.
    func all(threads: Int, workers: Int) -> [Speeds] {
        let known = try? cache.speeds(threads: threads, workers: workers) {
            try Speeds.measured(threads: threads, workers: workers)
        }
        guard let known, !known.isEmpty else { return [] }
        // A worker that was a process of its own has written of itself alone.
        return (0..<workers).map { known[$0 % known.count] }
    }

    /// Of this process as a worker; `nil` where it cannot be told.
    ///
    /// - Parameters:
    ///   - neighbours: Workers that start on this machine at once, this one included.
    ///   - anew: Whether it is measured in any case.
    func one(threads: Int, neighbours: Int, anew: Bool) -> Speeds? {
        try? cache.speeds(threads: threads, workers: neighbours, anew: anew) {
            try Speeds.measured(threads: threads)
        }.first
    }
}
