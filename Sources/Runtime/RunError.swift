/// Why a run ended early.
public enum RunError: Error, Equatable, CustomStringConvertible {
    /// A worker could not go on: its name, the instance it was at, and why.
    case failed(worker: String, instance: String, reason: String)
    /// A checkpoint does not fit this run.
    case checkpoint(String)
    /// What a worker was told to do contradicts itself, or is more than it may.
    case assignment(String)
    /// A worker's folder for data cannot be used, or a file that it needs cannot be had.
    case data(String)
    /// A worker cannot be reached, or can no longer: its endpoint and why.
    case lost(worker: String, reason: String)
    /// There is not enough of something on this machine, such as memory, for a worker: its name and what is lacking.
    case short(worker: String, reason: String)
    /// All workers are there, but wait for each other and nothing arrives: who for whom.
    case stalled(String)

    /// What work ends with that was told to end.
    static let cancelled = RunError.data("the run was ended")

    public var description: String {
        switch self {
        case .failed(let worker, let instance, let reason): "\(worker): '\(instance)': \(reason)"
        case .checkpoint(let message), .data(let message), .stalled(let message): message
        case .assignment(let reason): "the assignment from the coordinator is refused: \(reason)"
        case .lost(let worker, let reason), .short(let worker, let reason): "\(worker): \(reason)"
        }
    }
}
