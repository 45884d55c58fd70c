import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Downsampling as a kind")
struct DownsamplingMapTests {
    @Test(
        "measures and takes adjoints",
        arguments: [Downsampling.Filter.none, .gaussian, .bilinear, .bicubic, .sinc], Blur.Padding.allCases)
    func kernels(filter: Downsampling.Filter, padding: Blur.Padding) throws {
        let sample = try GraphSample()
        let x = Tensor.random([1, 2, 31, 24], seed: 2)
        let kind = Downsampling(filter, factor: 3, padding: padding, imageSize: [31, 24])
        let measured = try sample.run { g in g.add("y", Measure(kind), try sample.load(g, "x", x)) }
        let kernel: Tensor? =
            switch filter {
            case .gaussian: try DownsamplingFilter.gaussian.kernel(factor: 3)
            case .bilinear: try DownsamplingFilter.bilinear.kernel(factor: 3)
            case .bicubic: try DownsamplingFilter.bicubic.kernel(factor: 3)
            case .sinc: try DownsamplingFilter.sinc.kernel(factor: 3)
            case .none, .kernel: nil
            }
        let border = try #require(BorderPadding(rawValue: padding.rawValue))
        let map = try DownsamplingOperator(kernel: kernel, factor: 3, shape: x.shape, padding: border)
        #expect(measured == [map.apply(x)])
        let y = Tensor.random(map.range.shape, seed: 3)
        let returned = try sample.run { g in g.add("z", Adjoint(kind), try sample.load(g, "y", y)) }
        #expect(returned == [map.adjoint(y)])
    }

    @Test("filters each channel with its own kernel where there are several")
    func channels() throws {
        let sample = try GraphSample()
        let x = Tensor.random([1, 2, 11, 12], seed: 2)
        let kernels = Tensor.random([1, 2, 3, 4], seed: 1)
        try sample.write("k", kernels)
        let kind = Downsampling(.kernel(.file(path: "k.npy")), factor: 2)
        let measured = try sample.run { g in g.add("y", Measure(kind), try sample.load(g, "x", x)) }
        let map = try DownsamplingOperator(kernel: kernels, factor: 2, shape: x.shape, padding: .circular)
        #expect(measured == [map.apply(x)])
        let (first, second) = (Array(kernels.values.prefix(12)), Array(kernels.values.suffix(12)))
        #expect(first != second)
        for (channel, values) in [first, second].enumerated() {
            let one = try DownsamplingOperator(
                kernel: Tensor([1, 1, 3, 4], values), factor: 2, shape: [1, 1, 11, 12], padding: .circular)
            let plane = Tensor([1, 1, 11, 12], x.values[channel * 132..<(channel + 1) * 132])
            #expect(one.apply(plane).values == Array(map.apply(x).values[channel * 36..<(channel + 1) * 36]))
        }
    }

    @Test("without a size, images are the factor times as large", arguments: Blur.Padding.allCases)
    func size(padding: Blur.Padding) throws {
        let sample = try GraphSample()
        let kind = Downsampling(.bilinear, factor: 2, padding: padding)
        let x = try sample.run { g in
            g.add("x", Adjoint(kind), try sample.load(g, "y", .random([1, 1, 5, 6], seed: 1)))
        }
        #expect(x.map(\.shape) == [padding == .valid ? [1, 1, 13, 15] : [1, 1, 10, 12]])
    }

    @Test(
        "refuses what does not fit",
        arguments: [
            (Downsampling(.none, factor: 0), "'factor' is 0; it must be from 1 to 500"),
            (Downsampling(.none, factor: .max), "'factor' is 9223372036854775807; it must be from 1 to 500"),
            (
                Downsampling(.none, factor: 2, imageSize: [8, -1]),
                "'imageSize' is [8, -1]; give a height and a width above 0"
            ),
            (
                Downsampling(.none, factor: 2, imageSize: [8, 13]),
                "an image of 1 × 1 × 8 × 13 float32 is downsampled to 1 × 1 × 4 × 7 float32, not to 1 × 1 × 5 × 6 float32; "
                    + "mend 'imageSize' or 'factor'"
            ),
        ])
    func refusals(kind: Downsampling, message: String) throws {
        let sample = try GraphSample()
        let error = #expect(throws: GraphError.self) {
            try sample.run { g in
                g.add("x", Adjoint(kind), try sample.load(g, "y", .random([1, 1, 5, 6], seed: 1)))
            }
        }
        #expect("\(try #require(error))".hasSuffix(message))
    }

    @Test("survives a file", arguments: [Downsampling.Filter.none, .sinc, .kernel(.file(path: "k.npy"))])
    func file(filter: Downsampling.Filter) throws {
        let kind = DataGradient(Downsampling(filter, factor: 4, padding: .reflect, imageSize: [8, 9]), sigma: 0.1)
        #expect(try roundTrip(kind) == kind)
    }
}
