import Imaging
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Blur")
struct PaddedBlurTests {
    @Test(
        "equals deepinv's A and Aᵀ, by every method", .enabled(if: SharedFiles.goldens.exist, goldensAbsent),
        arguments: ["k0", "k1", "k2", "kasym", "keven"], BorderPadding.allCases)
    func golden(kernel: String, padding: BorderPadding) throws {
        let image = try ImagingTests.golden("image")
        let name = "blur_\(padding)_\(kernel)"
        let y = try ImagingTests.golden(padding == .valid ? "\(name)_v" : "v")
        for method in [BlurMethod.direct, .separable, .fourier] {
            let blur = try PaddedBlur(
                kernel: ImagingTests.golden(kernel), shape: image.shape, padding: padding, threads: 2, method: method)
            let blurred = try ImagingTests.golden("\(name)_A")
            #expect(relativeDifference(blur.apply(image), reference: blurred) <= 1e-5, "A, \(method)")
            let returned = try ImagingTests.golden("\(name)_AT")
            #expect(relativeDifference(blur.adjoint(y), reference: returned) <= 1e-5, "Aᵀ, \(method)")
        }
    }

    @Test("is the convolution's sum, term by term", arguments: BlurSample.everyWay)
    func direct(_ sample: BlurSample) throws {
        let x = Tensor.random(sample.image, seed: 1)
        #expect(relativeDifference(try sample.make().apply(x), reference: sample.reference(x)) <= 2e-6)
    }

    @Test("<A x, y> = <x, Aᵀ y>", arguments: BlurSample.everyWay)
    func adjoint(_ sample: BlurSample) throws {
        let blur = try sample.make()
        for seed in [1, 2, 3] as [UInt64] {
            let x = Tensor.random(blur.domain.shape, seed: seed)
            let y = Tensor.random(blur.range.shape, seed: seed + 100)
            let (ax, aty) = (blur.apply(x), blur.adjoint(y))
            let products = withViews([ax, y, x, aty]) {
                (inner($0[0], $0[1]), inner($0[2], $0[3]), norm($0[0]), norm($0[1]))
            }
            #expect(abs(products.0 - products.1) <= 1e-5 * products.2 * products.3)
        }
    }

    @Test("is linear", arguments: BlurSample.all)
    func linear(_ sample: BlurSample) throws {
        let blur = try sample.make()
        let x = Tensor.random(sample.image, seed: 1)
        let y = Tensor.random(sample.image, seed: 2)
        let combined = Tensor(sample.image, zip(x.values, y.values).map { 2 * $0 - 0.5 * $1 })
        let expected = Tensor(
            sample.image, zip(blur.apply(x).values, blur.apply(y).values).map { 2 * $0 - 0.5 * $1 })
        #expect(relativeDifference(blur.apply(combined), reference: expected) <= 1e-5)
    }

    @Test("has AᵀA", arguments: BlurSample.everyWay)
    func normal(_ sample: BlurSample) throws {
        let blur = try sample.make()
        let x = Tensor.random(sample.image, seed: 1)
        #expect(relativeDifference(blur.normal(x), reference: blur.adjoint(blur.apply(x))) <= 1e-5)
    }

    @Test("has the same bits on any number of threads, and where views are not aligned", arguments: BlurSample.everyWay)
    func threads(_ sample: BlurSample) throws {
        try sameBits(sample)
    }

    @Test(
        "has the same bits on any number of threads for planes that are shared out",
        arguments: BorderPadding.allCases, [BlurMethod.direct, .separable, .fourier])
    func threads(padding: BorderPadding, method: BlurMethod) throws {
        try sameBits(BlurSample(kernel: [1, 1, 8, 13], image: [1, 2, 211, 197], padding: padding, method: method))
    }

    @Test("leaves nothing behind that changes the next call", arguments: BlurSample.everyWay)
    func repeated(_ sample: BlurSample) throws {
        let blur = try sample.make()
        let x = Tensor.random(blur.domain.shape, seed: 1)
        let y = Tensor.random(blur.range.shape, seed: 2)
        let (first, returned) = (blur.apply(x), blur.adjoint(y))
        _ = blur.normal(Tensor.random(blur.domain.shape, in: 5...9, seed: 3))
        #expect(blur.apply(x) == first)
        #expect(blur.adjoint(y) == returned)
    }

    private func sameBits(_ sample: BlurSample) throws {
        let one = try sample.make()
        let x = Tensor.random(one.domain.shape, seed: 1)
        let y = Tensor.random(one.range.shape, seed: 2)
        for threads in [2, 3, 7] {
            let other = try sample.make(threads: threads)
            #expect(one.apply(x) == other.apply(x))
            #expect(one.adjoint(y) == other.adjoint(y))
            #expect(one.normal(x) == other.normal(x))
        }
        let padded = Tensor([x.shape.count + 1], [9] + x.values)
        let shifted = Tensor(one.range) { output in
            padded.withView { view in
                let floats = UnsafeBufferPointer(rebasing: view.floats[1...])
                one.apply(TensorView(x.type, floats), into: output)
            }
        }
        #expect(shifted == one.apply(x))
    }
}

@Suite("Blurs that are refused")
struct PaddedBlurErrorTests {
    @Test("kernels and images that do not fit")
    func refusals() {
        let kernel = Tensor.random([2, 1, 3, 3], seed: 1)
        #expect(throws: ImagingError.kernelShape([2, 1, 3, 3], image: [1, 3, 8, 8])) {
            try PaddedBlur(kernel: kernel, shape: [1, 3, 8, 8], padding: .circular)
        }
        #expect(
            ImagingError.kernelShape([2, 1, 3, 3], image: [1, 3, 8, 8]).description
                == "a blur kernel of shape 2 × 1 × 3 × 3 does not fit images of 1 × 3 × 8 × 8; give n × c × h × w with no "
                + "side 0, n being 1 or the images' N and c being 1 or their C")
        #expect(throws: ImagingError.kernelShape([1, 1, 0, 3], image: [1, 3, 8, 8])) {
            try PaddedBlur(kernel: Tensor([1, 1, 0, 3]), shape: [1, 3, 8, 8], padding: .constant)
        }
        #expect(throws: ImagingError.planeShape([8], operation: "a blur")) {
            try PaddedBlur(kernel: kernel, shape: [8], padding: .circular)
        }
        #expect(
            ImagingError.planeShape([8], operation: "a blur").description
                == "a blur takes images … × H × W with no side 0, not 8; reshape the image")
        #expect(throws: ImagingError.kernelValue(index: 1)) {
            try PaddedBlur(kernel: Tensor([1, 1, 1, 2], [1, .nan]), shape: [1, 1, 8, 8], padding: .circular)
        }
        #expect(
            ImagingError.kernelValue(index: 1).description
                == "the blur kernel's value number 1 is not finite; check the file it came from")
    }

    @Test("kernels that reach farther than the padding")
    func reach() {
        #expect(throws: ImagingError.kernelReach(.valid, taps: 9, count: 8)) {
            try PaddedBlur(kernel: .random([1, 1, 3, 9], seed: 1), shape: [1, 1, 8, 8], padding: .valid)
        }
        #expect(throws: ImagingError.kernelReach(.reflect, taps: 16, count: 8)) {
            try PaddedBlur(kernel: .random([1, 1, 16, 3], seed: 1), shape: [1, 1, 8, 8], padding: .reflect)
        }
        #expect(
            ImagingError.kernelReach(.valid, taps: 9, count: 8).description
                == "a blur kernel of 9 pixels has no valid place on an image of 8; the image must be at least as large, or "
                + "take another padding")
        #expect(
            ImagingError.kernelReach(.reflect, taps: 16, count: 8).description
                == "a blur kernel of 16 pixels reaches too far for reflect padding of an image of 8; half the kernel must be "
                + "smaller than the image, or take another padding")
    }
}
