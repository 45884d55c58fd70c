import Imaging
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Circular normal operator of several blurs")
struct CircularNormalTests {
    /// Kernels of several blurs, and the images.
    struct Sample: Sendable {
        let kernels: [Shape]
        let image: Shape

        func tensors() -> [Tensor] { kernels.enumerated().map { .random($1, seed: UInt64(20 + $0)) } }

        /// Sides that stay as they are and others that are extended; kernels larger than the image; one kernel a channel.
        static let all = [
            Sample(kernels: [[1, 1, 5, 7]], image: [1, 3, 16, 12]),
            Sample(kernels: [[1, 1, 3, 3], [1, 1, 4, 6], [1, 1, 9, 2]], image: [1, 3, 67, 61]),
            Sample(kernels: [[1, 1, 3, 3], [1, 3, 4, 6], [2, 1, 1, 2]], image: [2, 3, 17, 19]),
            Sample(kernels: [[1, 1, 30, 3], [1, 1, 2, 40]], image: [1, 1, 7, 13]),
            Sample(kernels: [[1, 1, 9, 9], [1, 1, 15, 15], [1, 1, 23, 23]], image: [211, 193]),
        ]
    }

    @Test("equals the sum of AᵀA", arguments: Sample.all)
    func sum(_ sample: Sample) throws {
        let fused = try CircularNormal(kernels: sample.tensors(), shape: sample.image)
        let stack = try StackedOperator(
            sample.tensors().map { try PaddedBlur(kernel: $0, shape: sample.image, padding: .circular) })
        let x = Tensor.random(sample.image, seed: 1)
        #expect(relativeDifference(fused.normal(x), reference: stack.normal(x)) <= 1e-5)
    }

    @Test("equals deepinv's AᵀA of a stack", .enabled(if: SharedFiles.goldens.exist, goldensAbsent))
    func goldens() throws {
        let fused = try CircularNormal(kernels: ["k0", "k1", "k2"].map(golden), shape: [1, 3, 64, 48])
        #expect(relativeDifference(fused.normal(try golden("x1")), reference: try golden("stack_ATA")) <= 1e-5)
    }

    @Test("has the same bits on any number of threads", arguments: [2, 3, 7])
    func threads(count: Int) throws {
        let sample = Sample.all[4]
        let x = Tensor.random(sample.image, seed: 1)
        let one = try CircularNormal(kernels: sample.tensors(), shape: sample.image)
        let several = try CircularNormal(kernels: sample.tensors(), shape: sample.image, threads: count)
        #expect(one.normal(x) == several.normal(x))
    }

    @Test("refuses no blurs, and kernels that do not fit")
    func refusals() {
        #expect(throws: ImagingError.noOperators) { try CircularNormal(kernels: [], shape: [1, 1, 8, 8]) }
        #expect(throws: ImagingError.kernelShape([1, 2, 3, 3], image: [8, 8])) {
            try CircularNormal(kernels: [.random([1, 2, 3, 3], seed: 1)], shape: [8, 8])
        }
        #expect(throws: ImagingError.planeShape([8], operation: "a blur")) {
            try CircularNormal(kernels: [.random([1, 1, 3, 3], seed: 1)], shape: [8])
        }
    }
}
