import Foundation
import GraphModel
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Kernels of arithmetic and measures")
struct ArithmeticKernelTests {
    private let a = Tensor.random([2, 3, 5], seed: 1)
    private let b = Tensor.random([2, 3, 5], seed: 2)

    /// The tree's order: pairs, then pairs of pairs; one left over moves up as it is.
    private func tree(_ values: [Float]) -> Float {
        guard values.count > 1 else { return values[0] }
        return tree(
            stride(from: 0, to: values.count, by: 2).map { i in
                i + 1 < values.count ? values[i] + values[i + 1] : values[i]
            })
    }

    @Test("a sum has the bits of the tree over its axis", arguments: 1...9, ElementType.allCases)
    func sum(_ count: Int, _ element: ElementType) throws {
        let terms = (0..<count).map { Tensor.random([3, 5], in: -1e3...1e3, element: element, seed: UInt64($0)) }
        let named = Dictionary(uniqueKeysWithValues: terms.enumerated().map { ("y\($0)", $1) })
        let result = try KernelEvaluation(named) { g in
            let y = g.keep("y", Load("y{shard}.npy", as: .array), over: g.axis("shard", count: Setting(count)))
            _ = g.keep("sum", Sum(), y)
        }
        let expected = terms[0].values.indices.map { i in tree(terms.map { $0.values[i] }) }
        #expect(result["sum"] == Tensor(terms[0].type, expected))
    }

    @Test("add, scale, zeros and descend are what they say", arguments: ElementType.allCases)
    func elementwise(_ element: ElementType) throws {
        let x = Tensor.random([2, 3, 5], element: element, seed: 3)
        let y = Tensor.random([2, 3, 5], element: element, seed: 4)
        let result = try KernelEvaluation(["x": x, "y": y]) { g in
            let (x, y) = (g.load("x"), g.load("y"))
            _ = g.keep("sum", Add(), x, y)
            _ = g.keep("scaled", Scale(-2.5), x)
            _ = g.keep("zeros", Zeros(), x)
            _ = g.keep("z", Descend(step: 0.3), x, y)
        }
        #expect(result["sum"] == Tensor(x.type, zip(x.values, y.values).map { $0 + $1 }))
        #expect(result["scaled"] == Tensor(x.type, x.values.map { -2.5 * $0 }))
        #expect(result["zeros"] == Tensor(x.type))
        let z = Tensor(x.type, zip(x.values, y.values).map { $0 - 0.3 * $1 })
        #expect(maxDifference(result["z"], z) <= 1e-7)
    }

    @Test("PSNR and relative change")
    func measures() throws {
        let result = try KernelEvaluation(["a": a, "b": b, "zero": Tensor([2, 3, 5])]) { g in
            let (a, b, zero) = (g.load("a"), g.load("b"), g.load("zero"))
            _ = g.keep("psnr", PSNR(), a, b)
            _ = g.keep("same", PSNR(), a, a)
            _ = g.keep("change", RelativeChange(), a, b)
            _ = g.keep("still", RelativeChange(), zero, zero)
            _ = g.keep("vanishing", RelativeChange(), a, zero)
        }
        let squares = zip(a.values, b.values).map { pow(Double($0) - Double($1), 2) }.reduce(0, +)
        let size = b.values.map { Double($0) * Double($0) }.reduce(0, +)
        #expect(abs(Double(result["psnr"].values[0]) - 10 * log10(30 / squares)) < 1e-5)
        #expect(abs(Double(result["change"].values[0]) - (squares / size).squareRoot()) < 1e-6)
        #expect(result["same"].values == [.infinity])
        #expect(result["still"].values == [0])
        #expect(result["vanishing"].values == [.infinity])
    }
}
