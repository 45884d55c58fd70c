import Foundation
import GraphModel
import Imaging
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Estimates before the loop, and turns in it")
struct EstimationKindTests {
    private func gaussian(_ type: TensorType, sigma: Float, seed: UInt64) -> Tensor {
        var tensor = Tensor(type)
        tensor.withMutableView { values in
            CounterRandom.gaussian(into: values, seed: seed, node: 1)
            for i in values.floats.indices { values.floats[i] *= sigma }
        }
        return tensor
    }

    private func level(_ image: Tensor) throws -> Double {
        Double(try KernelEvaluation(["x": image]) { g in g.keep("s", NoiseLevel(), g.load("x")) }["s"].values[0])
    }

    @Test("noise levels of smooth images with noise, with odd sides and complex", arguments: [0.02, 0.5] as [Float])
    func noiseLevel(sigma: Float) throws {
        for type in [TensorType([1, 3, 128, 97]), TensorType([2, 1, 90, 128], .complex64)] {
            let noise = gaussian(type, sigma: sigma, seed: 3)
            let width = type.shape[3] * type.element.floats
            let smooth: [Float] = noise.values.indices.map { i in
                let (row, column) = (Float(i / width % 90), Float(i % width))
                return noise.values[i] + row / 90 + 0.5 * cos(column / 40)
            }
            // A median of m numbers is off by about 1.6 / √m of σ.
            #expect(abs(try level(Tensor(type, smooth)) / Double(sigma) - 1) <= 0.06)
        }
    }

    @Test("a noise level is the median of diagonal details")
    func details() throws {
        // On 4 × 4 pixels there is one detail.
        let x = Tensor.random([4, 4], seed: 2)
        let taps = Wavelet.db2.highPass
        var detail = 0.0
        for (i, value) in x.values.enumerated() { detail += taps[i / 4] * taps[i % 4] * Double(value) }
        #expect(abs(try level(x) - abs(detail) / 0.6745) <= 1e-6)
        #expect(try level(Tensor([1, 6, 5])) == 0)
    }

    @Test("ranks and percentiles are those of the sorted values", arguments: [1, 2, 7, 1000])
    func selection(count: Int) {
        var values = Tensor.random([count], in: -3...3, seed: UInt64(count)).values
        if count == 1000 { values.replaceSubrange(10..<500, with: Array(repeating: -1.5, count: 490)) }
        let sorted = values.map { abs($0) }.sorted()
        values.withUnsafeBufferPointer { values in
            for rank in stride(from: 0, to: count, by: max(1, count / 50)) {
                #expect(Selection.magnitude(values, rank: rank) == sorted[rank])
            }
            for percent in [0, 12.5, 50, 99, 100] {
                let position = Double(count - 1) * percent / 100
                let (low, high) = (sorted[Int(position)], sorted[Int(position.rounded(.up))])
                let part = position - position.rounded(.down)
                let expected = Double(low) + part * (Double(high) - Double(low))
                #expect(abs(Selection.percentile(values, percent) - expected) <= 1e-12)
            }
        }
    }

    @Test("scales of values")
    func scales() throws {
        let real = Tensor([5], [1, -4, 2, 0, 2])
        let complex = Tensor(TensorType([2], .complex64), [3, 4, 0, -1])
        let values = try KernelEvaluation(["real": real, "complex": complex]) { g in
            for name in ["real", "complex"] {
                let x = g.load(name)
                g.keep("\(name)-maximum", ValueScale(by: .maximum), x)
                g.keep("\(name)-norm", ValueScale(by: .norm), x)
                g.keep("\(name)-percentile", ValueScale(by: .percentile(75)), x)
            }
        }
        #expect(values["real-maximum"].values == [4] && values["complex-maximum"].values == [5])
        #expect(values["real-norm"].values == [5])
        #expect(abs(values["complex-norm"].values[0] - Float(26).squareRoot()) <= 1e-6)
        #expect(values["real-percentile"].values == [2] && values["complex-percentile"].values == [4])
    }

    @Test(
        "turning back undoes each turn, and all come about", arguments: [[2, 5, 5], [1, 1, 4, 6]] as [Shape],
        ElementType.allCases)
    func turns(_ shape: Shape, _ element: ElementType) throws {
        let x = Tensor.random(shape, element: element, seed: 6)
        var seen: Set<[Float]> = []
        for iteration in 0..<64 {
            let values = try KernelEvaluation(["x": x], iteration: iteration) { g in
                let x = g.load("x")
                let turned = g.keep("turned", RandomTurn(seed: 7), x)
                g.keep("back", TurnBack(seed: 7), turned)
                g.keep("again", RandomTurn(seed: 7), x)
            }
            #expect(values["back"] == x)
            #expect(values["turned"] == values["again"])
            #expect(values["turned"].values.sorted() == x.values.sorted())
            seen.insert(values["turned"].values)
        }
        #expect(seen.count == (shape.trailing(2)[0] == shape.trailing(2)[1] ? 8 : 4))
    }

    @Test("exchanging rows and columns and turning columns round is a turn by 90 degrees")
    func turn() {
        let x = Tensor([2, 2], [1, 2, 3, 4])
        var y = Tensor([2, 2])
        y.withMutableView { y in
            x.withView { PlaneTurn(exchanges: true, flipsRows: false, flipsColumns: true).apply($0, into: y) }
        }
        #expect(y.values == [3, 1, 4, 2])
    }

    @Test("what has no noise level, no scale and no turn is refused")
    func refusals() {
        func complaint(_ type: TensorType, _ kind: some NodeKind) -> String {
            let files = FileFacts([FileReference("x.npy", .tensor): .tensor(type)])
            do throws(GraphError) {
                let graph = try Graph("g", summary: "") { g in
                    g.output("s", g.add("s", kind, g.add("x", Load("x.npy", as: .array))))
                }
                _ = try graph.expand(files)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(
            complaint(TensorType([3, 9]), NoiseLevel()).hasSuffix(
                "a noise level is estimated from images … × H × W with sides of 4 pixels or more, not 3 × 9 float32"))
        #expect(
            complaint(TensorType([2]), ValueScale(by: .percentile(101))).hasSuffix(
                "'percentile' is 101.0; it must be from 0 to 100"))
        #expect(
            complaint(TensorType([2]), RandomTurn(seed: 1)).hasSuffix(
                "only images can be turned, … × H × W, not 2 float32"))
        #expect(complaint(TensorType([2, 2]), TurnBack(seed: -1)).hasSuffix("'seed' is -1; it must be 0 or more"))
    }
}
