internal import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test(
        "equal deepinv's", .enabled(if: SharedFiles.goldens.exist, goldensAbsent),
        arguments: [("ffdnet_out", "ffdnet_clean", "PSNR", "SSIM"), ("noisy", "image", "PSNR2", "SSIM2")])
    func goldens(image: String, reference: String, psnr: String, ssim: String) throws {
        let fixture = try goldenObject("metrics")
        try withViews([golden(image), golden(reference)]) { views in
            #expect(abs(Metrics.psnr(views[0], reference: views[1]) - (try number(fixture, psnr))) <= 1e-4)
            let similarity = try #require(Metrics.ssim(views[0], reference: views[1]))
            #expect(abs(similarity - (try number(fixture, ssim))) <= 1e-4)
        }
    }

    @Test("PSNR of a known error, and of none")
    func psnr() {
        let x = Tensor([1, 1, 2, 2], [0.1, 0.1, 0.1, 0.1])
        withViews([x, Tensor([1, 1, 2, 2])]) { views in
            #expect(abs(Metrics.psnr(views[0], reference: views[1]) - 20) < 1e-5)
            #expect(Metrics.psnr(views[0], reference: views[0]) == .infinity)
        }
    }

    @Test("PSNR of complex images is that of the difference's magnitude", arguments: 1...3 as ClosedRange<UInt64>)
    func complex(seed: UInt64) {
        let x = Tensor.random([1, 2, 5, 7], element: .complex64, seed: seed)
        let reference = Tensor.random([1, 2, 5, 7], element: .complex64, seed: seed + 100)
        let squares = (0..<70).map { element in
            let magnitude = hypot(
                Double(x.values[2 * element] - reference.values[2 * element]),
                Double(x.values[2 * element + 1] - reference.values[2 * element + 1]))
            return magnitude * magnitude
        }
        let expected = 10 * log10(70 / squares.reduce(0, +))
        withViews([x, reference]) { views in
            #expect(abs(Metrics.psnr(views[0], reference: views[1]) - expected) < 1e-4)
        }
    }

    @Test("SSIM of equal images is 1, and of images that cannot be reflected there is none")
    func ssim() {
        let large = Tensor.random([2, 3, 6, 12], in: 0...1, seed: 1)
        let small = Tensor.random([1, 1, 5, 40], in: 0...1, seed: 1)
        withViews([large, small]) { views in
            #expect(abs((Metrics.ssim(views[0], reference: views[0]) ?? 0) - 1) < 1e-12)
            #expect(Metrics.ssim(views[1], reference: views[1]) == nil)
        }
    }
}
