/// Why a run ended early.
package enum RunError: Error, Equatable, CustomStringConvertible {
    /// A worker could not go on: its name, the instance it was at, and why.
    case failed(worker: String, instance: String, reason: String)
    /// A checkpoint does not fit this run.
    case checkpoint(String)

    package var description: String {
        switch self {
        case .failed(let worker, let instance, let reason): "\(worker): '\(instance)': \(reason)"
        case .checkpoint(let message): message
        }
    }
}
