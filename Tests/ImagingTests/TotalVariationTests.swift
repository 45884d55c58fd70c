import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Total variation")
struct TotalVariationTests {
    @Test(
        "equals deepinv's", .enabled(if: SharedFiles.goldens.exist, goldensAbsent),
        arguments: [("tv_10it", 10, Float(1e-5)), ("tv_full", 20_000, 1e-4)])
    func goldens(name: String, iterations: Int, tolerance: Float) throws {
        let found = try denoise(golden("noisy"), threshold: 0.1, iterations: iterations)
        #expect(relativeDifference(found, reference: try golden(name)) <= tolerance)
    }

    @Test(
        "is the iteration as it is written",
        arguments: [[1, 1, 1, 1], [1, 2, 5, 7], [2, 1, 1, 9], [1, 1, 40, 1]] as [Shape])
    func plain(shape: Shape) throws {
        let y = Tensor.random(shape, in: 0...1, seed: 4)
        for iterations in [0, 1, 2, 7, 33, 70] {
            let expected = plainIteration(y, threshold: 0.07, iterations: iterations)
            #expect(maxDifference(try denoise(y, threshold: 0.07, iterations: iterations), expected) <= 2e-6)
        }
    }

    @Test("an output pixel depends on input pixels within reach, and on some at its end", arguments: 0..<8)
    func reach(iterations: Int) throws {
        // A threshold that no gradient meets, so that no projection swallows what arrives.
        let shape: Shape = [1, 1, 23, 21]
        let y = Tensor.random(shape, in: 0...1, seed: 5)
        let before = try denoise(y, threshold: 10, iterations: iterations)
        var values = y.values
        values[11 * 21 + 10] += 0.5
        let after = try denoise(Tensor(shape, values), threshold: 10, iterations: iterations)
        let changed = zip(before.values, after.values).enumerated().filter { $1.0 != $1.1 }.map { index, _ in
            max(abs(index / 21 - 11), abs(index % 21 - 10))
        }
        #expect(changed.max() == TotalVariation.reach(iterations: iterations))
    }

    @Test("a window with a halo of the reach has the whole image's bits inside")
    func windows() throws {
        let y = Tensor.random([1, 1, 30, 40], in: 0...1, seed: 6)
        let whole = try denoise(y, threshold: 0.1, iterations: 6).values
        let halo = TotalVariation.reach(iterations: 6)
        // Columns 12..<25 and rows 10..<18, clipped nowhere.
        let (rows, columns) = (10 - halo..<18 + halo, 12 - halo..<25 + halo)
        let window = rows.flatMap { row in columns.map { y.values[row * 40 + $0] } }
        let part = try denoise(
            Tensor([1, 1, rows.count, columns.count], window), threshold: 0.1, iterations: 6
        ).values
        for row in 10..<18 {
            for column in 12..<25 {
                let inside = part[(row - rows.lowerBound) * columns.count + column - columns.lowerBound]
                #expect(inside.bitPattern == whole[row * 40 + column].bitPattern)
            }
        }
    }

    @Test("has the same bits on any number of threads, and on the second call")
    func threads() throws {
        let y = Tensor.random([2, 3, 33, 29], in: 0...1, seed: 7)
        let one = try denoise(y, threshold: 0.1, iterations: 50)
        #expect(try denoise(y, threshold: 0.1, iterations: 50, threads: 4) == one)
        let denoiser = try TotalVariation(shape: y.shape, iterations: 50)
        for _ in 0..<2 {
            let again = Tensor(y.type) { x in y.withView { denoiser.denoise($0, threshold: 0.1, into: x) } }
            #expect(again == one)
        }
    }

    @Test("returns the image where there is nothing to do", arguments: [0, -1, Float.nan])
    func nothing(threshold: Float) throws {
        let y = Tensor.random([1, 1, 6, 5], seed: 8)
        #expect(try denoise(y, threshold: threshold, iterations: 5) == y)
    }

    @Test("a large threshold leaves each plane's mean")
    func mean() throws {
        let y = Tensor.random([1, 1, 6, 5], in: 0...1, seed: 9)
        let mean = y.values.reduce(0, +) / 30
        let found = try denoise(y, threshold: 100, iterations: 20_000)
        #expect(maxDifference(found, Tensor(y.shape, Array(repeating: mean, count: 30))) <= 1e-4)
    }

    @Test("refuses what is no image")
    func refusals() {
        let error = ImagingError.imageShape([6, 5], operation: "total variation")
        #expect(throws: error) { try TotalVariation(shape: [6, 5], iterations: 1) }
        #expect(
            error.description
                == "total variation takes images N × C × H × W with no side 0, not 6 × 5; reshape the image")
    }

    private func denoise(_ y: Tensor, threshold: Float, iterations: Int, threads: Int = 1) throws -> Tensor {
        let denoiser = try TotalVariation(shape: y.shape, iterations: iterations, threads: threads)
        return Tensor(y.type) { x in y.withView { denoiser.denoise($0, threshold: threshold, into: x) } }
    }

    /// The iteration on whole planes in double precision, one half after the other.
    private func plainIteration(_ y: Tensor, threshold: Double, iterations: Int) -> Tensor {
        let (height, width) = (y.shape[2], y.shape[3])
        let (tau, sigma, rho) = (0.01, 12.5, 1.99)
        var result = [Float]()
        for plane in 0..<y.shape[0] * y.shape[1] {
            let noisy = y.values[plane * height * width..<(plane + 1) * height * width].map(Double.init)
            var x = noisy
            var across = [Double](repeating: 0, count: noisy.count)
            var down = across
            for _ in 0..<iterations {
                var z = x
                for i in noisy.indices {
                    let (row, column) = (i / width, i % width)
                    let divergence =
                        across[i] - (column > 0 ? across[i - 1] : 0) + down[i] - (row > 0 ? down[i - width] : 0)
                    let moved = (x[i] + tau * divergence + tau * noisy[i]) / (1 + tau)
                    z[i] = 2 * moved - x[i]
                    x[i] += rho * (moved - x[i])
                }
                for i in noisy.indices {
                    let (row, column) = (i / width, i % width)
                    let a = across[i] + sigma * (column + 1 < width ? z[i + 1] - z[i] : 0)
                    let d = down[i] + sigma * (row + 1 < height ? z[i + width] - z[i] : 0)
                    let shrink = max((a * a + d * d).squareRoot() / threshold, 1)
                    across[i] += rho * (a / shrink - across[i])
                    down[i] += rho * (d / shrink - down[i])
                }
            }
            result += x.map { Float($0) }
        }
        return Tensor(y.shape, result)
    }
}
