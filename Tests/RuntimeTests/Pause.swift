import Foundation
import GraphModel
import Kernels
import Tensors

/// Hands on what it reads after a while, as a kernel does that computes for long.
struct Pause: NodeKind {
    static let name = "pause"
    static let inputs = [Input("x")]
    let seconds: Double

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { Cost() }
}

final class PauseKernel: Kernel {
    private let seconds: Double

    init(_ kind: Pause, _ context: KernelContext) {
        seconds = kind.seconds
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        Thread.sleep(forTimeInterval: seconds)
        output.copy(from: inputs[0])
    }
}
