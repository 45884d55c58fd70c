internal import Synchronization

/// Keeps what owns the memory that a transport sends from and receives into: a run that ends early leaves messages behind
/// that the library still reads, and others that still arrive.
package final class MemoryOwners: Sendable {
    private let owners = Mutex<[any Sendable]>([])

    package init() {}

    package func add(_ owner: some Sendable) {
        owners.withLock { $0.append(owner) }
    }
}
