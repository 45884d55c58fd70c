internal import GraphModel
internal import Kernels
internal import Tensors

/// A task of Task Bench's stencil (Slaughter et al., SC 2020): reads its neighbours and multiplies and adds for a fixed
/// number of rounds.
struct Busywork: NodeKind {
    static let name = "busywork"
    static let inputs = [Input("before", .neighbours)]

    let rounds: Setting<Int>

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }

    func cost(_ context: NodeContext) throws(GraphError) -> Cost { Cost(operations: 2 * Double(rounds.value)) }
}

final class BusyworkKernel: Kernel {
    private let rounds: Int

    init(_ kind: Busywork, _ context: KernelContext) {
        rounds = kind.rounds.value
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        var sum: Float = 0
        for neighbour in inputs.all(0) { sum += neighbour.floats[0] }
        output.floats[0] = BusyworkKernel.work(sum, rounds: rounds)
    }

    /// Each round needs the one before, so none can be left out or done beside another.
    @inline(never)
    static func work(_ start: Float, rounds: Int) -> Float {
        var value = start
        for _ in 0..<rounds { value = value * 0.999 + 0.001 }
        return value
    }

    /// Seconds that a round takes on this processor: the least of several tries.
    static func secondsPerRound() -> Double {
        let rounds = 1_000_000
        var least = Double.infinity
        var value: Float = 1
        for _ in 0..<20 { least = min(least, seconds { value = work(value, rounds: rounds) }) }
        // Never so, but the compiler must not know.
        return value == -1 ? 0 : least / Double(rounds)
    }
}
