import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Blur as a kind")
struct BlurMapTests {
    @Test("measures, takes adjoints and gradients with every padding", arguments: Blur.Padding.allCases)
    func kernels(padding: Blur.Padding) throws {
        let sample = try GraphSample()
        let kernel = Tensor.random([3, 4], seed: 1)
        let x = Tensor.random([1, 2, 9, 8], seed: 2)
        try sample.write("kernel", kernel)
        let blur = Blur([.file(path: "kernel.npy")], padding: padding)
        let border = try #require(BorderPadding(rawValue: padding.rawValue))
        let map = try PaddedBlur(kernel: kernel.reshaped([1, 1, 3, 4]), shape: x.shape, padding: border)
        let y = Tensor.random(map.range.shape, seed: 3)

        let measured = try sample.run { g in g.add("y", Measure(blur), try sample.load(g, "x", x)) }
        #expect(measured == [map.apply(x)])
        let returned = try sample.run { g in g.add("z", Adjoint(blur), try sample.load(g, "y", y)) }
        #expect(returned == [map.adjoint(y)])
        let gradient = try sample.run { g in
            g.add("g", DataGradient(blur), try sample.load(g, "x", x), try sample.load(g, "y", y))
        }
        let expected = map.adjoint(Tensor(y.shape, zip(map.apply(x).values, y.values).map { $0 - $1 }))
        #expect(relativeDifference(try #require(gradient.first), reference: expected) <= 1e-6)
    }

    @Test("knows the sides of Gaussian kernels as they are made", arguments: [0.2, 0.3, 1, 1.5, 2, 7.77])
    func sides(sigma: Double) throws {
        let side = try gaussianBlurKernel(sigma: (sigma, 0.1)).shape[2]
        let sample = try GraphSample()
        let blur = Blur([.gaussian(sigma: [sigma, 0.1], angle: 20)], padding: .valid)
        let measured = try sample.run { g in
            g.add("y", Measure(blur), try sample.load(g, "x", .random([1, 1, 80, 90], seed: 1)))
        }
        #expect(measured.map(\.shape) == [[1, 1, 81 - side, 91 - side]])
    }

    @Test("refuses kernels that reach farther than the padding", arguments: [Blur.Padding.valid, .reflect])
    func refusals(padding: Blur.Padding) throws {
        let sample = try GraphSample()
        try sample.write("kernel", .random([17, 2], seed: 1))
        let error = #expect(throws: GraphError.self) {
            try sample.run { g in
                g.add(
                    "y", Measure(Blur([.file(path: "kernel.npy")], padding: padding)),
                    try sample.load(g, "x", .random([1, 1, 8, 9], seed: 1)))
            }
        }
        #expect(
            "\(try #require(error))".hasSuffix(
                "a kernel of 17 × 2 pixels is too large for \(padding.rawValue) padding of an image of 1 × 1 × 8 × 9; take "
                    + "another padding, such as 'constant'"))
    }

    @Test("survives a file", arguments: Blur.Padding.allCases)
    func file(padding: Blur.Padding) throws {
        let kind = Measure(Blur([.gaussian(sigma: [1, 2], angle: 3), .file(path: "k.npy")], padding: padding))
        #expect(try roundTrip(kind) == kind)
    }
}
