internal import GraphModel
internal import Imaging
internal import Tensors

// Weights, steps and radii that are inputs, so that they can change with the iteration.

extension NodeContext {
    /// Looks whether an input is a single number.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it is not.
    func checkIsNumber(_ position: Int, _ name: String) throws(GraphError) {
        let type = try type(position)
        guard type == .scalar else {
            throw .rule("its input '\(name)' is \(type); it must be a single float32 number")
        }
    }
}

extension KernelInputs {
    /// The number that an input holds.
    ///
    /// - Throws: where it is below 0, or not finite: the run ends with a line that says so.
    func number(_ position: Int, _ name: String, of what: String) throws -> Float {
        let value = self[position].floats[0]
        guard value >= 0, value.isFinite else { throw ImagingError.weight(Double(value), of: "the \(name) of \(what)") }
        return value
    }
}
