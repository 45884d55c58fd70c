internal import Synchronization
package import Tensors

/// Types that have been inferred for an instance, by what they are of: an operator of operators asks each of its parts for
/// them time and again.
package final class TypeMemo: Sendable {
    private let known = Mutex<[AnyHashable: TensorType]>([:])

    package init() {}

    /// The type that `infer` gave, or gives, for a key.
    ///
    /// - Throws: what `infer` throws.
    package func type(
        of key: some Hashable & Sendable, _ infer: () throws(GraphError) -> TensorType
    ) throws(GraphError) -> TensorType {
        if let type = known.withLock({ $0[AnyHashable(key)] }) { return type }
        let type = try infer()
        known.withLock { $0[AnyHashable(key)] = type }
        return type
    }
}
