internal import Foundation
internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("ConvergencePlot")
struct ConvergencePlotTests {
    private static let blue = [0, 114, 178]
    private static let orange = [213, 94, 0]

    private func picture(_ name: String, _ psnr: [Double]?, _ residual: [Double]?) throws -> Tensor {
        let png = try ConvergencePlot(title: name, psnr: psnr, residual: residual).png()
        try keep(png, "convergence-\(name)")
        let picture = try decoded(png)
        #expect(picture.shape == [1, 3, 720, 1200])
        return picture
    }

    private func run(_ count: Int, from start: Double) -> (psnr: [Double], residual: [Double]) {
        var (psnr, residual) = ([Double](), [Double]())
        for iteration in 0..<count {
            let t = Double(iteration)
            psnr.append(start + 8 * t / (t + 2))
            residual.append(0.4 / ((1 + t) * (1 + t)))
        }
        return (psnr, residual)
    }

    @Test("Its file is no larger than is said beforehand, however dense the lines")
    func size() throws {
        var random = SeededRandom(5)
        for count in [50, 300, 5000] {
            let psnr = (0..<count).map { _ in Double.random(in: 0...40, using: &random) }
            let residual = psnr.map { exp($0) }
            let size = try ConvergencePlot(title: "dense", psnr: psnr, residual: residual).png().count
            #expect(size <= ConvergencePlot.largestSize, "\(count)")
        }
    }

    @Test("Both lines are drawn, and follow the data")
    func both() throws {
        let first = run(20, from: 22)
        let picture = try picture("pnp", first.psnr, first.residual)
        #expect(picture.count(of: Self.blue) > 1000)
        #expect(picture.count(of: Self.orange) > 1000)
        let other = run(20, from: 22.5)
        #expect(try picture != self.picture("other", other.psnr, first.residual))
    }

    @Test("Without PSNR only the residual is drawn; without either, a frame")
    func absent() throws {
        let picture = try picture("residual only", nil, run(20, from: 0).residual)
        #expect(picture.count(of: Self.blue) == 0)
        #expect(picture.count(of: Self.orange) > 1000)
        #expect(try self.picture("neither", nil, nil).count(of: Self.orange) == 0)
        #expect(try self.picture("PSNR only", run(20, from: 20).psnr, nil).count(of: Self.orange) == 0)
    }

    @Test("A single iteration is a point in the middle")
    func single() throws {
        let picture = try picture("single", [25.5], [0.1])
        let middle = (100 + 1080) / 2
        #expect((80..<630).contains { picture.pixel(middle, $0) == Self.blue })
        #expect((80..<630).contains { picture.pixel(middle, $0) == Self.orange })
        #expect(!(80..<630).contains { picture.pixel(middle - 40, $0) == Self.blue })
    }

    @Test("Equal values are a level line", arguments: [0, 1, 0.37, 31.4159, 1e-9])
    func equal(value: Double) throws {
        let picture = try picture("equal", [Double](repeating: value, count: 10), [Double](repeating: value, count: 10))
        let rows = (80..<630).filter { picture.pixel(300, $0) == Self.blue }
        #expect(!rows.isEmpty && rows.count <= 3)
        // A residual of 0 has no logarithm.
        #expect((picture.count(of: Self.orange) > 0) == (value > 0))
    }

    @Test("Values that cannot be shown leave a gap")
    func gaps() throws {
        let picture = try picture(
            "gaps", [20, 21, .nan, 23, 24, .infinity, 26], [1, 0.5, 0, -1, 0.1, .infinity, 0.05])
        // Iteration 3 of 7.
        let x = 100 + 980 / 3
        #expect(!(80..<630).contains { picture.pixel(x, $0) == Self.blue })
        #expect(picture.count(of: Self.blue) > 500)
    }

    @Test(
        "Extreme values do not trap",
        arguments: [
            [.nan, .infinity, -.infinity], [1e308, -1e308], [.leastNonzeroMagnitude, 1.7e308], [1e9, 1e9 + 1],
            [0, -0.0], [],
            [30, 30 + 1e-13], [-1e9, 1e9], [1e300, 1e301],
        ] as [[Double]])
    func extremes(values: [Double]) throws {
        _ = try picture("extremes", values, values)
    }

    @Test("Long runs", arguments: [2, 3, 51, 1000, 100_000])
    func long(count: Int) throws {
        let run = run(count, from: 20)
        let picture = try picture("\(count) iterations", run.psnr, run.residual)
        #expect(picture.count(of: Self.blue) > 300)
    }
}
