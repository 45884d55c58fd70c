import Foundation
import GraphModel
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

/// A kind as a user would write it: each value plus the number of the iteration.
private struct Shift: NodeKind {
    static let name = "shift"
    static let inputs = [Input("x")]

    let by: Setting<Double>

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { try elementwiseCost(context) }
}

private final class ShiftKernel: Kernel {
    private let by: Float

    init(_ kind: Shift, _ context: KernelContext) {
        by = Float(kind.by.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        for (index, value) in inputs[0].floats.enumerated() { output.floats[index] = value + by + Float(iteration) }
    }
}

@Suite("Kinds of one's own")
struct OwnKindTests {
    private func graph() throws(GraphError) -> Graph {
        try Graph("own", summary: "") { g in
            let x = g.add("x", Load("x.npy"))
            g.output("result", g.add("shifted", Shift(by: g.number("by", 2, in: 0...9, "how far")), x))
        }
    }

    @Test("join a catalog with their kernel, and then go into files and runs")
    func joined() throws {
        var catalog = KernelCatalog.standard
        catalog.add(ShiftKernel.self)
        let text = try graph().fileText()
        let again = try Graph(Data(text.utf8), file: "own.graph", kinds: catalog.kinds, settings: ["by": "3"])
        #expect(again.parameters.map(\.value) == [.number(3)])
        let x = Tensor.random([1, 1, 3, 4], seed: 1)
        let result = try KernelEvaluation(["x": x], iteration: 5, catalog: catalog) { g in
            _ = g.keep("shifted", Shift(by: 0.5), g.load("x"))
        }
        #expect(result["shifted"] == Tensor(x.type, x.values.map { $0 + 0.5 + 5 }))
    }

    @Test("are named where a program does not know them")
    func unknown() throws {
        let text = try graph().fileText()
        let kinds = KernelCatalog.standard.kinds
        let error = #expect(throws: GraphError.self) {
            try Graph(Data(text.utf8), file: "own.graph", kinds: kinds)
        }
        #expect(
            error?.description.contains(
                ": 'shifted' is of the kind 'shift', which this program does not know; run the program that defines it, or "
            ) == true)
        let missing = #expect(throws: KernelError.self) {
            try KernelEvaluation(["x": Tensor([2])]) { g in _ = g.keep("shifted", Shift(by: 0.5), g.load("x")) }
        }
        #expect(missing == .noKernel("shift"))
        #expect(
            missing?.description
                == "this program has no kernel for the kind 'shift'; run the program that defines it")
    }
}
