public import GraphModel
public import Tensors

/// One value, or boxes of it, sent from a worker to another: always into the same buffer there.
public struct Transfer: Hashable, Sendable, Codable {
    /// Its number in the plan.
    public let id: TransferID
    /// What is sent.
    public let value: ValueID
    /// Indices of the workers.
    public let from: Int
    /// The worker that receives.
    public let to: Int
    /// When it is sent; a body transfer once an iteration.
    public let phase: Phase
    /// Of the whole value.
    public let type: TensorType
    /// The boxes of the value's trailing axes that are sent, one after the other; `nil` for the whole.
    public let boxes: [Region]?
    /// Where the receiver keeps the value, or the box of it that it needs; other transfers may bring the rest.
    public package(set) var target: Buffer

    /// Floats sent.
    public var floatCount: Int {
        guard let boxes else { return type.floatCount }
        return boxes.reduce(0) { $0 + type.cut(to: $1).floatCount }
    }

    /// Bytes sent.
    public var byteCount: Int { floatCount * MemoryLayout<Float>.stride }

    /// Type of what is sent, as it travels: boxes are so many numbers side by side.
    public var sentType: TensorType { boxes == nil ? type : TensorType([floatCount]) }
}

extension [Transfer] {
    /// The one of that number, in the list of all of a plan.
    package subscript(_ id: TransferID) -> Transfer { self[id.number] }
}
