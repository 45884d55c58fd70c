import GraphModel
import Imaging
import Kernels
import Runtime
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

    @Test(
        "with a kernel for each channel, as each channel blurred alone with its own", arguments: Blur.Padding.allCases,
        [[3, 3, 4], [1, 3, 3, 4]])
    func channels(padding: Blur.Padding, shape: [Int]) throws {
        let sample = try GraphSample()
        let kernels = Tensor.random(Shape(shape), seed: 1)
        let x = Tensor.random([2, 3, 9, 8], seed: 2)
        try sample.write("kernels", kernels)
        let blur = Blur([.file(path: "kernels.npy")], padding: padding)
        let measured = try #require(
            try sample.run { g in g.add("y", Measure(blur), try sample.load(g, "x", x)) }.first)
        let y = Tensor.random(measured.shape, seed: 3)
        let returned = try #require(
            try sample.run { g in g.add("z", Adjoint(blur), try sample.load(g, "y", y)) }.first)
        let gradient = try #require(
            try sample.run { g in
                g.add("g", DataGradient(blur), try sample.load(g, "x", x), try sample.load(g, "y", y))
            }.first)
        for image in 0..<2 {
            for channel in 0..<3 {
                try sample.write("one", kernels.plane(channel))
                let one = Blur([.file(path: "one.npy")], padding: padding)
                let (own, ownY) = (x.plane(image * 3 + channel), y.plane(image * 3 + channel))
                let alone = try sample.run { g in g.add("y", Measure(one), try sample.load(g, "x", own)) }
                #expect(alone == [measured.plane(image * 3 + channel)])
                let back = try sample.run { g in g.add("z", Adjoint(one), try sample.load(g, "y", ownY)) }
                #expect(back == [returned.plane(image * 3 + channel)])
                let slope = try sample.run { g in
                    g.add("g", DataGradient(one), try sample.load(g, "x", own), try sample.load(g, "y", ownY))
                }
                #expect(slope == [gradient.plane(image * 3 + channel)])
            }
        }
        let (ax, aty) = (inner(measured, y), inner(x, returned))
        #expect(abs(ax - aty) <= 1e-5 * (inner(measured, measured) * inner(y, y)).squareRoot())
    }

    @Test("a kernel that has become another is refused by name")
    func changed() throws {
        let sample = try GraphSample()
        try sample.write("kernel", .random([3, 3], seed: 1))
        try sample.write("x", .random([1, 1, 9, 8], seed: 1))
        let files = GraphFiles(folder: sample.folder)
        let graph = try Graph("sample", summary: "") { g in
            let x = g.add("x", Load("x.npy"))
            g.output("result", g.add("y", Measure(Blur([.file(path: "kernel.npy")])), x))
        }
        let expansion = try graph.expand(FileFacts(files))
        try sample.write("kernel", .random([3, 5], seed: 1))
        let error = #expect(throws: (any Error).self) {
            try SequentialExecutor(expansion, catalog: .standard, files: files, threads: 1).run()
        }
        #expect(
            "\(try #require(error))".contains(
                "kernel.npy: it is 3 × 5 float32 now, but was 1 × 1 × 3 × 3 when the run was planned"))
    }

    @Test("survives a file", arguments: Blur.Padding.allCases)
    func file(padding: Blur.Padding) throws {
        let kind = Measure(Blur([.gaussian(sigma: [1, 2], angle: 3), .file(path: "k.npy")], padding: padding))
        #expect(try roundTrip(kind) == kind)
    }
}

extension Tensor {
    /// A plane of rows and columns, `1 × 1 × H × W`.
    fileprivate func plane(_ index: Int) -> Tensor {
        let sides = shape.trailing(2)
        let size = sides[0] * sides[1]
        return Tensor([1, 1, sides[0], sides[1]], values[index * size..<(index + 1) * size])
    }
}

/// The inner product, added up in double precision.
private func inner(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
