internal import GraphModel
internal import Tensors

extension NodeContext {
    /// The one type that both inputs have.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where they differ.
    func commonType() throws(GraphError) -> TensorType {
        let (first, second) = (try type(0), try type(1))
        guard first == second else { throw .rule("its inputs are \(first) and \(second); \(remedy(first, second))") }
        return first
    }

    /// The one type of two values that are compared.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where they differ.
    @discardableResult
    func comparedType() throws(GraphError) -> TensorType {
        let (first, second) = (try type(0), try type(1))
        guard first == second else { throw .rule("it compares \(first) with \(second); \(remedy(first, second))") }
        return first
    }

    private func remedy(_ first: TensorType, _ second: TensorType) -> String {
        first.shape == second.shape ? "both must be real, or both complex" : "both must be of one shape"
    }
}
