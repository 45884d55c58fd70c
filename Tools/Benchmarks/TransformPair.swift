internal import CFFTW
internal import TensorMath
internal import Tensors

/// The real Fourier transform of an image's planes, there and back, by FFTW and nothing else: the yardstick of gradients.
///
/// Nothing of ours is in it that could make the yardstick longer: plans are measured, which our own are not (see
/// `FourierPlan`), planes lie ready in aligned memory, and their spectra are not touched.
final class TransformPair {
    let height: Int
    let width: Int
    private let threads: Int
    private let planes: [TensorBuffer]
    private let spectra: [TensorBuffer]
    private let forward: fftwf_plan
    private let inverse: fftwf_plan

    /// - Parameters:
    ///   - shape: of the image.
    ///   - taps: of the largest kernel; the sides are the fastest ones on which its `AᵀA` is exact, those of the image
    ///     or longer ones.
    ///   - threads: that share the planes.
    /// - Throws: ``BenchmarkError`` where FFTW has no plan.
    init(_ shape: Shape, taps: Int, threads: Int) throws {
        let own = shape.trailing(2)
        let sides = own.map { count in
            let longer = FourierSize.best(atLeast: count + 2 * (taps - 1))
            return FourierSize.cost(count) <= FourierSize.cost(longer) ? count : longer
        }
        let (height, width) = (sides[0], sides[1])
        (self.height, self.width, self.threads) = (height, width, threads)
        let count = shape.count / own.reduce(1, *)
        let planes = (0..<count).map { _ in TensorBuffer(floatCount: height * width) }
        let spectra = (0..<count).map { _ in TensorBuffer(floatCount: height * (width / 2 + 1) * 2) }
        guard let plane = planes.first?.floats.baseAddress, let spectrum = TransformPair.complex(spectra[0]),
            let forward = fftwf_plan_dft_r2c_2d(Int32(height), Int32(width), plane, spectrum, FFTW_MEASURE),
            let inverse = fftwf_plan_dft_c2r_2d(Int32(height), Int32(width), spectrum, plane, FFTW_MEASURE)
        else { throw BenchmarkError("FFTW has no plan for \(height) × \(width)") }
        (self.planes, self.spectra, self.forward, self.inverse) = (planes, spectra, forward, inverse)
        // Zeros stay zeros, where other values would grow from run to run: neither direction is scaled.
        for buffer in planes + spectra { buffer.floats.update(repeating: 0) }
    }

    deinit {
        fftwf_destroy_plan(forward)
        fftwf_destroy_plan(inverse)
    }

    func run() {
        parallel(over: planes.count, threads: threads) { _, index in
            let spectrum = TransformPair.complex(spectra[index])
            fftwf_execute_dft_r2c(forward, planes[index].floats.baseAddress, spectrum)
            fftwf_execute_dft_c2r(inverse, spectrum, planes[index].floats.baseAddress)
        }
    }

    private static func complex(_ buffer: TensorBuffer) -> UnsafeMutablePointer<fftwf_complex>? {
        buffer.floats.baseAddress.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: fftwf_complex.self) }
    }
}
