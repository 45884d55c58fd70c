import Imaging
import TensorMath
import Tensors
import TestSupport
import Testing

/// A blur's sizes: kernel, then images.
struct BlurSample: Sendable, CustomTestStringConvertible {
    let kernel: Shape
    let image: Shape

    var testDescription: String { "kernel \(kernel), images \(image)" }

    func make(threads: Int = 1) throws -> CircularBlur {
        try CircularBlur(kernel: .random(kernel, seed: 7), shape: image, threads: threads)
    }

    /// Odd, even and asymmetric sides, sides 1 and 2, kernels larger than the image, one kernel a channel or an image.
    static let all = [
        BlurSample(kernel: [1, 1, 5, 7], image: [1, 3, 16, 12]),
        BlurSample(kernel: [1, 1, 4, 6], image: [2, 1, 15, 13]),
        BlurSample(kernel: [1, 1, 1, 1], image: [1, 1, 5, 4]),
        BlurSample(kernel: [1, 1, 2, 2], image: [1, 2, 8, 9]),
        BlurSample(kernel: [1, 1, 1, 2], image: [1, 1, 1, 7]),
        BlurSample(kernel: [1, 1, 9, 14], image: [1, 1, 4, 5]),
        BlurSample(kernel: [1, 1, 30, 3], image: [1, 1, 7, 1]),
        BlurSample(kernel: [1, 3, 3, 3], image: [2, 3, 6, 8]),
        BlurSample(kernel: [2, 1, 3, 5], image: [2, 3, 6, 8]),
        BlurSample(kernel: [2, 3, 2, 5], image: [2, 3, 9, 7]),
    ]
}

@Suite("Circular blur")
struct CircularBlurTests {
    @Test(
        "equals deepinv's A and Aᵀ", .enabled(if: SharedFiles.goldens.exist, goldensAbsent),
        arguments: ["k0", "k1", "k2", "kasym", "keven"])
    func golden(kernel: String) throws {
        let image = try ImagingTests.golden("image")
        let blur = try CircularBlur(kernel: ImagingTests.golden(kernel), shape: image.shape)
        let blurred = try ImagingTests.golden("blur_circular_\(kernel)_A")
        #expect(relativeDifference(blur.apply(image), reference: blurred) <= 1e-5)
        let returned = try ImagingTests.golden("blur_circular_\(kernel)_AT")
        #expect(relativeDifference(blur.adjoint(try ImagingTests.golden("v")), reference: returned) <= 1e-5)
    }

    @Test("is the convolution's sum, term by term", arguments: BlurSample.all)
    func direct(_ sample: BlurSample) throws {
        let x = Tensor.random(sample.image, seed: 1)
        let reference = directBlur(x, kernel: .random(sample.kernel, seed: 7))
        #expect(relativeDifference(try sample.make().apply(x), reference: reference) <= 1e-6)
    }

    @Test("<A x, y> = <x, Aᵀ y>", arguments: BlurSample.all, [1, 2, 3] as [UInt64])
    func adjoint(_ sample: BlurSample, seed: UInt64) throws {
        let blur = try sample.make()
        let x = Tensor.random(sample.image, seed: seed)
        let y = Tensor.random(sample.image, seed: seed + 100)
        let (ax, aty) = (blur.apply(x), blur.adjoint(y))
        let products = withViews([ax, y, x, aty]) {
            (inner($0[0], $0[1]), inner($0[2], $0[3]), norm($0[0]), norm($0[1]))
        }
        #expect(abs(products.0 - products.1) <= 1e-5 * products.2 * products.3)
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

    @Test("has AᵀA as one product of spectra", arguments: BlurSample.all)
    func normal(_ sample: BlurSample) throws {
        let blur = try sample.make()
        let x = Tensor.random(sample.image, seed: 1)
        #expect(relativeDifference(blur.normal(x), reference: blur.adjoint(blur.apply(x))) <= 1e-5)
    }

    @Test("has the same bits on any number of threads, and where views are not aligned", arguments: BlurSample.all)
    func threads(_ sample: BlurSample) throws {
        let x = Tensor.random(sample.image, seed: 1)
        let (one, three) = (try sample.make(), try sample.make(threads: 3))
        #expect(one.apply(x) == three.apply(x))
        #expect(one.adjoint(x) == three.adjoint(x))
        let padded = Tensor([sample.image.count + 1], [9] + x.values)
        let shifted = Tensor(TensorType(sample.image)) { output in
            padded.withView { view in
                let floats = UnsafeBufferPointer(rebasing: view.floats[1...])
                one.apply(TensorView(TensorType(sample.image), floats), into: output)
            }
        }
        #expect(shifted == one.apply(x))
    }

    @Test("refuses kernels and images that do not fit")
    func refusals() {
        let kernel = Tensor.random([2, 1, 3, 3], seed: 1)
        #expect(throws: ImagingError.kernelShape([2, 1, 3, 3], image: [1, 3, 8, 8])) {
            try CircularBlur(kernel: kernel, shape: [1, 3, 8, 8])
        }
        #expect(
            ImagingError.kernelShape([2, 1, 3, 3], image: [1, 3, 8, 8]).description
                == "a blur kernel of shape 2 × 1 × 3 × 3 does not fit images of 1 × 3 × 8 × 8; give n × c × h × w with no "
                + "side 0, n being 1 or the images' N and c being 1 or their C")
        #expect(throws: ImagingError.kernelShape([1, 1, 0, 3], image: [1, 3, 8, 8])) {
            try CircularBlur(kernel: Tensor([1, 1, 0, 3]), shape: [1, 3, 8, 8])
        }
        #expect(throws: ImagingError.imageShape([8, 8], operation: "a blur")) {
            try CircularBlur(kernel: kernel, shape: [8, 8])
        }
        #expect(
            ImagingError.imageShape([8, 8], operation: "a blur").description
                == "a blur takes images N × C × H × W with no side 0, not 8 × 8; reshape the image")
        #expect(throws: ImagingError.kernelValue(index: 1)) {
            try CircularBlur(kernel: Tensor([1, 1, 1, 2], [1, .nan]), shape: [1, 1, 8, 8])
        }
        #expect(
            ImagingError.kernelValue(index: 1).description
                == "the blur kernel's value number 1 is not finite; check the file it came from")
    }

    /// `y[i] = Σ_m k[m] x[(i + ⌊h/2⌋ − m) mod H]`, in double precision.
    private func directBlur(_ x: Tensor, kernel: Tensor) -> Tensor {
        let (image, shape) = (x.shape, kernel.shape)
        let (values, weights) = (x.values, kernel.values)
        func wrap(_ i: Int, _ n: Int) -> Int { ((i % n) + n) % n }
        var result = [Float]()
        for n in 0..<image[0] {
            for c in 0..<image[1] {
                let kernelPlane = (shape[0] == 1 ? 0 : n) * shape[1] + (shape[1] == 1 ? 0 : c)
                for row in 0..<image[2] {
                    for column in 0..<image[3] {
                        var sum = 0.0
                        for a in 0..<shape[2] {
                            for b in 0..<shape[3] {
                                let r = wrap(row + shape[2] / 2 - a, image[2])
                                let s = wrap(column + shape[3] / 2 - b, image[3])
                                let weight = weights[(kernelPlane * shape[2] + a) * shape[3] + b]
                                sum +=
                                    Double(weight) * Double(values[((n * image[1] + c) * image[2] + r) * image[3] + s])
                            }
                        }
                        result.append(Float(sum))
                    }
                }
            }
        }
        return Tensor(image, result)
    }
}
