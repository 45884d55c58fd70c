import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Gaussian blur kernels")
struct BlurKernelTests {
    @Test(
        "equal deepinv's", .enabled(if: SharedFiles.goldens.exist, goldensAbsent),
        arguments: [("k0", 1.0, 1.0, 0.0), ("k1", 2, 2, 0), ("k2", 1.5, 3, 30)])
    func golden(name: String, down: Double, across: Double, angle: Double) throws {
        let kernel = try gaussianBlurKernel(sigma: (down, across), angle: angle)
        #expect(maxDifference(kernel, try ImagingTests.golden(name)) <= 1e-6)
    }

    @Test("have a sum of 1 and an odd side", arguments: [0.01, 0.29, 0.3, 1, 7.7])
    func sum(sigma: Double) throws {
        let kernel = try gaussianBlurKernel(sigma: (sigma, sigma / 2), angle: 12)
        #expect(abs(kernel.values.reduce(0) { $0 + Double($1) } - 1) < 1e-6)
        #expect(kernel.shape.dimensions.allSatisfy { $0 % 2 == 1 })
    }

    @Test("are refused for widths that are no widths", arguments: [0, -1, .nan, .infinity, 1e9])
    func badWidths(sigma: Double) {
        #expect(throws: ImagingError.self) { try gaussianBlurKernel(sigma: (sigma, 1)) }
        #expect(throws: ImagingError.self) { try gaussianBlurKernel(sigma: (1, sigma)) }
    }

    @Test("say what is wrong")
    func messages() {
        #expect(throws: ImagingError.gaussianWidth(0, 1)) { try gaussianBlurKernel(sigma: (0, 1)) }
        #expect(
            ImagingError.gaussianWidth(0, 1).description
                == "a Gaussian blur of widths (0.0, 1.0) pixels cannot be made; give two numbers above 0 and at most 500.0"
        )
        #expect(throws: ImagingError.gaussianAngle(.infinity)) {
            try gaussianBlurKernel(sigma: (1, 1), angle: .infinity)
        }
        #expect(
            ImagingError.gaussianAngle(.infinity).description
                == "a Gaussian blur cannot be turned by inf degrees; give -360 to 360")
        #expect(throws: ImagingError.gaussianAngle(1e308)) { try gaussianBlurKernel(sigma: (1, 2), angle: 1e308) }
    }
}
