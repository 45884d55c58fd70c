internal import Foundation

/// How much memory a worker may use where nothing is said.
enum WorkerMemory {
    /// Bytes for each of some workers that share this machine.
    static func share(among workers: Int) -> Int {
        Int(clamping: ProcessInfo.processInfo.physicalMemory) / max(workers, 1)
    }
}
