internal import GraphModel
internal import Tensors

/// Reads its file when it runs, so that a value is in memory once.
final class LoadKernel: Kernel {
    private let path: String
    private let files: GraphFiles

    init(_ kind: Load, _ context: KernelContext) {
        path = instancePath(kind.path.value, axis: context.node.axis?.name, index: context.node.index)
        files = context.files
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let tensor = try files.tensor(path)
        // An image may lack the first axes of `N × C × H × W`.
        let lacking = Array(repeating: 1, count: max(0, output.shape.rank - tensor.shape.rank))
        guard Shape(lacking + tensor.shape.dimensions) == output.shape, tensor.type.element == output.type.element
        else {
            throw KernelError.file("\(path): it is \(tensor.type) now, but was \(output.type) when the run was planned")
        }
        tensor.withView { output.copy(from: $0) }
    }
}
