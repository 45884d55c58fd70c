public import Networks

/// Why a network cannot be run.
public enum InferenceError: Error, Equatable, CustomStringConvertible {
    /// oneDNN refuses; what it was asked for and what it says.
    case library(String, String)
    case network(NetworkError)
    /// Weights that the network needs are not there or of another size.
    case weights(String)
    /// The weights could be read before but not again; why.
    case unreadable(String)

    public var description: String {
        switch self {
        case .library(let what, let reason): "\(what): oneDNN: \(reason)"
        case .network(let error): error.description
        case .unreadable(let reason): reason
        case .weights(let name): "the weights '\(name)' are missing or of another shape than the network's"
        }
    }
}
