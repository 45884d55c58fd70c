/// What can go wrong between workers.
package enum MessagingError: Error, Equatable, CustomStringConvertible {
    /// The run was stopped while a worker waited for a value.
    case cancelled
    /// ZeroMQ refuses; what was asked of it and what it says.
    case library(String, String)
    /// An address that cannot be bound or connected to, and why.
    case endpoint(String, String)
    /// The library was built without keys.
    case noKeys
    /// There is no thread for it; what is wrong.
    case thread(String)

    package var description: String {
        switch self {
        case .cancelled: "the run was stopped while a worker waited for a value"
        case .library(let call, let reason): "\(call): ZeroMQ: \(reason)"
        case .endpoint(let endpoint, let reason): "\(endpoint): \(reason)"
        case .thread(let reason): reason
        case .noKeys:
            "ZeroMQ was built without CURVE keys here, so no worker can listen beyond this machine in safety; "
                + "install a libzmq that has them, as Debian's does"
        }
    }
}
