/// A line of a host file.
public struct Host: Hashable, Sendable {
    /// How workers are had on a host.
    public enum Address: Hashable, Sendable {
        /// This machine, on which graphrun starts workers itself; with the path of the program, where it is another one.
        case local(program: String? = nil)
        /// A machine on which graphrun starts workers over ssh.
        case shell(Login)
        /// A worker that somebody started, at an endpoint such as `tcp://10.0.0.5:7001`; with its public key, where it has
        /// one.
        case worker(endpoint: String, key: String?)
    }

    /// How a machine is reached to start workers there.
    public struct Login: Hashable, Sendable {
        /// `HOST` or `USER@HOST`.
        public let destination: String
        /// The path of graphrun there; `nil` where it is the same as here.
        public let program: String?

        /// The destination without the user.
        public var host: String { String(destination.split(separator: "@").last ?? "") }
    }

    /// The workers that it stands for.
    public struct Slots: Hashable, Sendable {
        /// Workers.
        public let count: Int
        /// Threads of each.
        public internal(set) var threads: Int
        /// Bytes of memory that each may use; `nil` where nothing is said.
        public let memory: Int?

        /// Some workers, by default one of one thread.
        public init(count: Int = 1, threads: Int = 1, memory: Int? = nil) {
            self.count = count
            self.threads = threads
            self.memory = memory
        }
    }

    /// How its workers are had.
    public let address: Address
    /// The workers that are started on it.
    public internal(set) var slots: Slots
    /// Where other hosts reach the workers that are started there; `nil` where nothing is said.
    public let reachedAt: String?
    /// The address by which the line names this machine, as it stands in an endpoint, where others may know it by that too.
    public let ownAddress: String?
    /// The line of the file.
    public let line: Int

    /// Whether graphrun starts its workers on this machine.
    public var isLocal: Bool {
        guard case .local = address else { return false }
        return true
    }

    /// By what other hosts reach its workers; `nil` for this machine where nothing is said.
    var addressForOthers: String? {
        switch address {
        case .local: reachedAt
        case .shell(let login): reachedAt ?? login.host
        case .worker(let endpoint, _): Endpoint.host(endpoint)
        }
    }

    init(
        _ address: Address, slots: Slots = Slots(), reachedAt: String? = nil, ownAddress: String? = nil, line: Int
    ) {
        self.address = address
        self.slots = slots
        self.reachedAt = reachedAt
        self.ownAddress = ownAddress
        self.line = line
    }
}
