public import GraphModel

/// Number of a transfer in its plan, which it carries on the wire.
public struct TransferID: Hashable, Comparable, Sendable {
    /// Where it stands in the list of its plan's transfers.
    public let number: Int

    /// - Parameter number: Where it stands in the list of its plan's transfers.
    public init(_ number: Int) {
        self.number = number
    }

    public static func < (left: TransferID, right: TransferID) -> Bool { left.number < right.number }
}

/// What a worker does, one after the other.
///
/// `Place` is how it finds a value: by name while its plan is drawn up, then as a ``Buffer`` of its arena.
public enum Step<Place> {
    /// Wait until the value of a transfer has arrived in its buffer.
    case receive(TransferID)
    /// Run the kernel of an instance; for every input what it reads.
    case compute(ValueID, inputs: [[Place]], output: Place)
    /// Put the boxes of a value that a transfer sends side by side.
    case pack(TransferID, source: Place, target: Place)
    /// Send a value, or boxes of it, from its own memory or from where they are packed.
    case send(TransferID, source: Place)
    /// Wait until the memory of a value that was sent may be overwritten.
    case awaitSent(TransferID, source: Place)
    /// Grant the sender credit for the next value: it may overwrite the buffer of a transfer.
    case grantCredit(TransferID)
    /// Copy a value: a state takes what it becomes.
    case copy(source: Place, target: Place)
    /// Tell the coordinator a metric.
    case report(ValueID, source: Place)
    /// Hand the coordinator a value to keep.
    case keep(ValueID, source: Place)
}

extension Step: Equatable where Place: Equatable {}
extension Step: Hashable where Place: Hashable {}
extension Step: Sendable where Place: Sendable {}

extension Step {
    /// What it reads.
    package var reads: [Place] {
        switch self {
        case .receive, .grantCredit: []
        case .compute(_, let inputs, _): Array(inputs.joined())
        case .pack(_, let source, _), .copy(let source, _): [source]
        case .send(_, let source), .awaitSent(_, let source), .report(_, let source), .keep(_, let source): [source]
        }
    }

    /// What it writes, but for what arrives.
    package var writes: Place? {
        switch self {
        case .compute(_, _, let output): output
        case .pack(_, _, let target), .copy(_, let target): target
        case .receive, .send, .awaitSent, .grantCredit, .report, .keep: nil
        }
    }

    /// The same step with its values found otherwise.
    package func map<Other>(_ place: (Place) -> Other) -> Step<Other> {
        switch self {
        case .receive(let transfer): .receive(transfer)
        case .compute(let instance, let inputs, let output):
            .compute(instance, inputs: inputs.map { $0.map(place) }, output: place(output))
        case .pack(let transfer, let source, let target):
            .pack(transfer, source: place(source), target: place(target))
        case .send(let transfer, let source): .send(transfer, source: place(source))
        case .awaitSent(let transfer, let source): .awaitSent(transfer, source: place(source))
        case .grantCredit(let transfer): .grantCredit(transfer)
        case .copy(let source, let target): .copy(source: place(source), target: place(target))
        case .report(let instance, let source): .report(instance, source: place(source))
        case .keep(let instance, let source): .keep(instance, source: place(source))
        }
    }
}
