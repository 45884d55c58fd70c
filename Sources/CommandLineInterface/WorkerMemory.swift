internal import Runtime

/// How much memory a worker may use where nothing is said.
enum WorkerMemory {
    /// Bytes for each of some workers that share this machine.
    static func share(among workers: Int) -> Int {
        AvailableMemory().bytes / max(workers, 1)
    }
}
