import Foundation
import GraphModel
import Imaging
import KernelTesting
import Kernels
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Denoisers and metrics of complex images")
struct ComplexImageTests {
    private let image = Tensor.random([2, 3, 16, 12], in: 0...1, element: .complex64, seed: 1)

    /// An FFDNet of few features with weights drawn at random.
    private func network(in folder: Folder) throws -> Denoiser {
        let shapes = SampleNetworks.ffdnet(channels: 3, features: 8, depth: 3)
        let path = folder.path("net.safetensors")
        try SafeTensors.write(SampleNetworks.randomWeights(shapes, seed: 1), to: path)
        return Denoiser(weights: Setting(path))
    }

    private func part(_ x: Tensor, _ part: Int) -> Tensor {
        Tensor(x.shape, stride(from: part, to: x.values.count, by: 2).map { x.values[$0] })
    }

    private func magnitudes(_ x: Tensor) -> Tensor {
        var sizes: [Float] = []
        for i in stride(from: 0, to: x.values.count, by: 2) {
            let (re, im) = (Double(x.values[i]), Double(x.values[i + 1]))
            sizes.append(Float((re * re + im * im).squareRoot()))
        }
        return Tensor(x.shape, sizes)
    }

    @Test("parts are two images, magnitudes one whose phase stays", arguments: [false, true])
    func denoisers(isNetwork: Bool) throws {
        let folder = try Folder()
        let denoiser =
            isNetwork ? try network(in: folder) : Denoiser(Setting(.totalVariation), tvIterations: 20)
        let values = try KernelEvaluation([
            "x": image, "re": part(image, 0), "im": part(image, 1), "size": magnitudes(image),
        ]) { g in
            let x = g.load("x")
            g.keep("parts", Denoise(denoiser, sigma: 0.1, complex: .parts), x)
            g.keep("magnitude", Denoise(denoiser, sigma: 0.1, complex: .magnitude), x)
            for name in ["re", "im", "size"] { g.keep("d-\(name)", Denoise(denoiser, sigma: 0.1), g.load(name)) }
        }
        // How many images a network computes at once may matter to the last bit.
        #expect(maxDifference(part(values["parts"], 0), values["d-re"]) <= 1e-6)
        #expect(maxDifference(part(values["parts"], 1), values["d-im"]) <= 1e-6)
        let (size, result) = (magnitudes(image).values, values["d-size"].values)
        let expected: [Float] = image.values.indices.map { image.values[$0] / size[$0 / 2] * result[$0 / 2] }
        #expect(maxDifference(values["magnitude"], Tensor(image.type, expected)) <= 1e-6)
    }

    @Test("by a map, the same for both parts", arguments: [ComplexDenoising.parts, .magnitude])
    func map(_ complex: ComplexDenoising) throws {
        let folder = try Folder()
        let denoiser = try network(in: folder)
        let map = Tensor([2, 1, 16, 12], Array(repeating: 0.1, count: 2 * 16 * 12))
        let values = try KernelEvaluation(["x": image, "map": map]) { g in
            let x = g.load("x")
            g.keep("map-wise", DenoiseByMap(denoiser, complex: complex), x, g.load("map"))
            g.keep("whole", Denoise(denoiser, sigma: 0.1, complex: complex), x)
        }
        #expect(maxDifference(values["map-wise"], values["whole"]) <= 1e-6)
    }

    @Test("the phase of 0 is 0")
    func zero() throws {
        let x = Tensor(TensorType([1, 1, 1, 2], .complex64), [0, 0, 0, 1])
        let denoiser = Denoiser(Setting(.totalVariation), tvIterations: 500)
        let u = try KernelEvaluation(["x": x]) { g in
            g.keep("u", Denoise(denoiser, sigma: 10, complex: .magnitude), g.load("x"))
        }["u"]
        #expect(maxDifference(u, Tensor(x.type, [0.5, 0, 0, 0.5])) <= 1e-2)
    }

    @Test("metrics of values and of magnitudes")
    func metrics() throws {
        let reference = Tensor.random([2, 3, 16, 12], in: 0...1, element: .complex64, seed: 2)
        let values = try KernelEvaluation([
            "x": image, "t": reference, "sx": magnitudes(image), "st": magnitudes(reference), "zero": Tensor([3]),
            "one": Tensor([3], [1, 0, 0]),
        ]) { g in
            let (x, t, sx, st) = (g.load("x"), g.load("t"), g.load("sx"), g.load("st"))
            g.keep("psnr", PSNR(of: .magnitudes), x, t)
            g.keep("psnr-real", PSNR(), sx, st)
            g.keep("ssim", SSIM(of: .magnitudes), x, t)
            g.keep("ssim-real", SSIM(), sx, st)
            g.keep("nrmse", NRMSE(of: .magnitudes), x, t)
            g.keep("nrmse-real", NRMSE(), sx, st)
            g.keep("nrmse-complex", NRMSE(of: .values), x, t)
            let (zero, one) = (g.load("zero"), g.load("one"))
            g.keep("same", NRMSE(), zero, zero)
            g.keep("infinite", NRMSE(), one, zero)
        }
        for name in ["psnr", "ssim", "nrmse"] { #expect(values[name] == values["\(name)-real"]) }
        var (squares, size) = (0.0, 0.0)
        for (value, target) in zip(image.values, reference.values) {
            squares += pow(Double(value) - Double(target), 2)
            size += Double(target) * Double(target)
        }
        #expect(abs(Double(values["nrmse-complex"].values[0]) - (squares / size).squareRoot()) <= 1e-6)
        #expect(values["same"].values == [0] && values["infinite"].values == [.infinity])
    }

    @Test("similarity of complex images is refused but by magnitudes")
    func refusal() {
        let error = #expect(throws: GraphError.self) {
            try KernelEvaluation(["x": image]) { g in
                let x = g.load("x")
                g.keep("s", SSIM(), x, x)
            }
        }
        #expect(
            "\(error.map { "\($0)" } ?? "")".hasSuffix(
                "it compares real images, not 2 × 3 × 16 × 12 complex64; set 'of' to 'magnitudes'"))
    }
}
