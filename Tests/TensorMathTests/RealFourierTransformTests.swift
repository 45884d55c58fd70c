import Foundation
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Real Fourier transform")
struct RealFourierTransformTests {
    static let sizes = [[1, 1], [1, 2], [2, 1], [3, 5], [8, 6], [7, 16], [1, 9], [13, 4]]

    @Test("is the sum of its definition, in single and in double precision", arguments: sizes)
    func definition(size: [Int]) throws {
        let (height, width) = (size[0], size[1])
        let x = Tensor.random([2, height, width], seed: 1)
        let transform = try RealFourierTransform(height: height, width: width, lanes: 2)
        var spectra = Tensor([2, height, transform.spectrumWidth], .complex64)
        spectra.withMutableView { spectra in x.withView { transform.forward($0, into: spectra) } }
        let planes = [0, 1].map { plane in
            x.values[plane * height * width..<(plane + 1) * height * width].map(Double.init)
        }
        let direct = planes.map { directSpectrum($0, height, width) }
        for (found, expected) in zip(spectra.values, direct.joined()) {
            #expect(abs(Double(found) - expected) <= 1e-5)
        }
        let precise = try preciseSpectrum(of: planes[0], height: height, width: width)
        for (found, expected) in zip(precise, direct[0]) { #expect(abs(found - expected) <= 1e-12) }
    }

    @Test("there and back is the plane times its size", arguments: sizes + [[64, 48], [61, 53]])
    func roundTrip(size: [Int]) throws {
        let (height, width) = (size[0], size[1])
        let x = Tensor.random([3, height, width], seed: 2)
        let transform = try RealFourierTransform(height: height, width: width)
        var spectra = Tensor([3, height, transform.spectrumWidth], .complex64)
        var back = Tensor([3, height, width])
        spectra.withMutableView { spectra in
            x.withView { transform.forward($0, into: spectra) }
            back.withMutableView { transform.inverse(spectra.readOnly, into: $0) }
        }
        let scaled = Tensor(x.shape, x.values.map { $0 * Float(height * width) })
        #expect(relativeDifference(back, reference: scaled) <= 1e-6)
    }

    @Test("has the same bits on any number of lanes and from one plan to the next")
    func sameBits() throws {
        let x = Tensor.random([5, 31, 20], seed: 3)
        let spectra = try [1, 2, 4, 1].map { lanes in
            let transform = try RealFourierTransform(height: 31, width: 20, lanes: lanes)
            var spectra = Tensor([5, 31, 11], .complex64)
            spectra.withMutableView { spectra in x.withView { transform.forward($0, into: spectra) } }
            return spectra
        }
        for other in spectra.dropFirst() { #expect(other == spectra[0]) }
    }

    @Test("plans are made on many threads at once")
    func planning() async {
        await withTaskGroup(of: Bool.self) { group in
            for size in 1...40 {
                group.addTask { (try? RealFourierTransform(height: size, width: 41 - size)) != nil }
            }
            for await made in group { #expect(made) }
        }
    }

    @Test(
        "refuses sides that are none or too long",
        arguments: [[0, 4], [4, 0], [-1, 4], [1 << 40, 4], [1 << 20, 1 << 20]])
    func refusals(size: [Int]) {
        let error = TensorMathError.extents(height: size[0], width: size[1])
        #expect(throws: error) { try RealFourierTransform(height: size[0], width: size[1]) }
        #expect(throws: error) { try preciseSpectrum(of: [], height: size[0], width: size[1]) }
    }

    @Test("says what is wrong")
    func messages() {
        #expect(
            TensorMathError.extents(height: 0, width: 4).description
                == "cannot transform planes of 0 × 4; both sides must be 1 or more and fit 32 bits")
        #expect(
            TensorMathError.plan(height: 3, width: 4).description
                == "FFTW has no plan for planes of 3 × 4; check that libfftw3 is installed and memory is free")
        #expect(throws: TensorMathError.values(expected: 12, found: 2)) {
            try preciseSpectrum(of: [1, 2], height: 3, width: 4)
        }
        #expect(
            TensorMathError.values(expected: 12, found: 2).description
                == "a plane of 12 values was expected, 2 were given; pass all of its rows")
    }

    private func directSpectrum(_ plane: [Double], _ height: Int, _ width: Int) -> [Double] {
        var spectrum = [Double]()
        for u in 0..<height {
            for v in 0..<width / 2 + 1 {
                var (real, imaginary) = (0.0, 0.0)
                for row in 0..<height {
                    for column in 0..<width {
                        let turn =
                            Double(u * row % height) / Double(height) + Double(v * column % width) / Double(width)
                        real += plane[row * width + column] * cos(2 * .pi * turn)
                        imaginary -= plane[row * width + column] * sin(2 * .pi * turn)
                    }
                }
                spectrum += [real, imaginary]
            }
        }
        return spectrum
    }
}
