import Foundation
import Imaging
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Orthogonal wavelets")
struct WaveletTests {
    @Test("have orthonormal taps that keep polynomials out of the details", arguments: Wavelet.allCases)
    func taps(_ wavelet: Wavelet) {
        let (low, high) = (wavelet.lowPass, wavelet.highPass)
        let moments = low.count / 2
        for shift in stride(from: 0, to: low.count, by: 2) {
            let products: [Double] = [(low, low), (high, high), (low, high)].map { a, b in
                var sum = 0.0
                for t in shift..<low.count { sum += a[t] * b[t - shift] }
                return sum
            }
            let one = shift == 0 ? 1.0 : 0
            #expect(zip(products, [one, one, 0]).allSatisfy { abs($0 - $1) < 1e-11 })
        }
        for power in 0..<moments {
            // Of the numbers -1…1, so that powers stay small.
            let scale = Double(low.count - 1) / 2
            var moment = 0.0
            for (index, tap) in high.enumerated() {
                moment += pow((Double(index) - scale) / scale, Double(power)) * tap
            }
            #expect(abs(moment) < 1e-7)
        }
    }

    @Test("are the sums that they are written as", arguments: Wavelet.allCases)
    func definition(_ wavelet: Wavelet) throws {
        // Also where the filter is longer than the image.
        for (rows, columns) in [(8, 6), (2, 24), (64, 140)] {
            let x = Tensor.random([1, 2, rows, columns], seed: 1)
            let found = try WaveletOperator(shape: x.shape, wavelet: wavelet, levels: 1).apply(x)
            #expect(maxDifference(found, oneLevel(x, wavelet)) <= 3e-6)
        }
    }

    @Test("give back the image, on any number of threads", arguments: Wavelet.allCases, WaveletMode.allCases)
    func inverse(_ wavelet: Wavelet, _ mode: WaveletMode) throws {
        for (shape, levels) in [([2, 3, 16, 24], 3), ([1, 1, 4, 4], 2)] as [(Shape, Int)] {
            let x = Tensor.random(shape, seed: 2)
            let one = try shrunk(x, wavelet, levels, mode, by: 0)
            #expect(maxDifference(one, x) <= 3e-6)
            #expect(try shrunk(x, wavelet, levels, mode, by: 0, threads: 3) == one)
        }
        guard mode == .zero else { return }
        let odd = Tensor.random([1, 2, 19, 7], seed: 3)
        #expect(maxDifference(try shrunk(odd, wavelet, 2, mode, by: 0), odd) <= 3e-6)
    }

    @Test("shrink complex details by their magnitudes")
    func complex() throws {
        let type = TensorType([1, 1, 8, 12], .complex64)
        let x = Tensor.random(type.shape, element: .complex64, seed: 4)
        let turned = Tensor(
            type, stride(from: 0, to: x.values.count, by: 2).flatMap { [-x.values[$0 + 1], x.values[$0]] })
        let (a, b) = (try shrunk(x, .db3, 2, .periodic, by: 0.2), try shrunk(turned, .db3, 2, .periodic, by: 0.2))
        // i times the image gives i times the result.
        let back = Tensor(
            type, stride(from: 0, to: a.values.count, by: 2).flatMap { [-a.values[$0 + 1], a.values[$0]] })
        #expect(maxDifference(back, b) <= 1e-6)
        #expect(maxDifference(a, x) > 0.05)
        // Of an image with no imaginary part it is what it is of the real one.
        let real = Tensor.random([1, 1, 8, 12], seed: 5)
        let wide = Tensor(type, real.values.flatMap { [$0, 0] })
        let expected = try shrunk(real, .db3, 2, .zero, by: 0.2)
        #expect(
            maxDifference(try shrunk(wide, .db3, 2, .zero, by: 0.2), Tensor(type, expected.values.flatMap { [$0, 0] }))
                <= 1e-6)
    }

    @Test("refuse levels that do not fit")
    func refusals() {
        func line(_ mode: WaveletMode, _ levels: Int, _ shape: Shape) -> String {
            do throws(ImagingError) {
                try mode.check(levels: levels, on: shape)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(line(.periodic, 3, [1, 1, 24, 40]) == "")
        #expect(
            line(.periodic, 4, [1, 1, 24, 40])
                == "a wavelet transform of 4 levels does not fit images of 24 × 40; with the mode 'periodic' each level "
                + "halves both sides, and 3 fit")
        #expect(
            line(.periodic, 1, [1, 1, 25, 40])
                == "a wavelet transform of 1 levels does not fit images of 25 × 40; with the mode 'periodic' each level "
                + "halves both sides, and 0 fit: take the mode 'zero', or even sides")
        #expect(
            line(.zero, 5, [1, 1, 25, 40])
                == "a wavelet transform of 5 levels does not fit images of 25 × 40; at least 1 and at most 4 do")
        #expect(line(.zero, 0, [25, 40]).hasSuffix("at least 1 and at most 4 do"))
        #expect(line(.zero, 1, [4]).hasPrefix("a wavelet transform takes images"))
    }

    @Suite(
        "against PyWavelets", .enabled(if: SharedFiles.exact.exist, "the fixtures of ../shared/goldens2 are absent"))
    struct Golden {
        private static func golden(_ name: String) throws -> Tensor {
            try NPY.read(SharedFiles.exact.path("\(name).npy"))
        }

        @Test("taps")
        func taps() throws {
            let taps = try #require(try WaveletTests.object("wavelets")["taps"] as? [String: [String: [Double]]])
            for (name, own) in taps {
                let wavelet = try #require(Wavelet(rawValue: name))
                // JSON's reader may round the last digit differently.
                for (found, key) in [(wavelet.lowPass, "dec_lo"), (wavelet.highPass, "dec_hi")] {
                    let expected = try #require(own[key])
                    #expect(found.count == expected.count)
                    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-15 })
                }
            }
        }

        @Test(
            "coefficients, thresholding and the sum of details",
            arguments: [("haar", 3, Float(0.1)), ("db4", 3, 0.15), ("db8", 2, 0.1)])
        func transform(name: String, levels: Int, threshold: Float) throws {
            let wavelet = try #require(Wavelet(rawValue: name))
            let x = try Self.golden("wave_x")
            let map = try WaveletOperator(shape: x.shape, wavelet: wavelet, levels: levels, threads: 2)
            let coefficients = map.apply(x)
            let first = relativeDifference(coefficients, reference: try Self.golden("wave_\(name)_coefficients"))
            let soft = try shrunk(x, wavelet, levels, .periodic, by: threshold)
            let second = relativeDifference(soft, reference: try Self.golden("wave_\(name)_soft"))
            let cases = try #require(try WaveletTests.object("wavelets")["cases"] as? [[String: Any]])
            let own = try #require(cases.first { $0["wavelet"] as? String == name })
            let sum = try #require(own["l1_of_details"] as? Double)
            let details = try WaveletDetails(x.type, wavelet: wavelet, levels: levels, mode: .periodic)
            let third = abs(x.withView { details.value($0) } / sum - 1)
            print("wavelet \(name): coefficients \(first), thresholding \(second), sum \(third)")
            #expect(first <= 1e-5 && second <= 1e-5 && third <= 1e-5)
            #expect(maxDifference(map.adjoint(coefficients), x) <= 3e-6)
        }
    }

    static func object(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: SharedFiles.exact.path(name + ".json")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}

private func shrunk(
    _ x: Tensor, _ wavelet: Wavelet, _ levels: Int, _ mode: WaveletMode, by threshold: Float, threads: Int = 1
) throws -> Tensor {
    let details = try WaveletDetails(x.type, wavelet: wavelet, levels: levels, mode: mode, threads: threads)
    return Tensor(x.type) { u in x.withView { details.shrink($0, by: threshold, into: u) } }
}

/// One periodic level in double precision, axis by axis.
private func oneLevel(_ x: Tensor, _ wavelet: Wavelet) -> Tensor {
    let (rows, columns) = (x.shape[2], x.shape[3])
    let (low, high) = (wavelet.lowPass, wavelet.highPass)
    func line(_ values: [Double]) -> [Double] {
        let (n, taps) = (values.count, low.count)
        return [low, high].flatMap { filter in
            (0..<n / 2).map { k in
                var sum = 0.0
                for t in 0..<taps { sum += filter[t] * values[(2 * k + taps / 2 - t + n * taps) % n] }
                return sum
            }
        }
    }
    var result: [Float] = []
    for plane in 0..<x.shape.count / (rows * columns) {
        let start = plane * rows * columns
        let across = (0..<rows).map { row in
            line((0..<columns).map { Double(x.values[start + row * columns + $0]) })
        }
        let down = (0..<columns).map { column in line(across.map { $0[column] }) }
        for row in 0..<rows { result += (0..<columns).map { Float(down[$0][row]) } }
    }
    return Tensor(x.shape, result)
}
