import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

/// Blurs with a kernel of its own for each channel, as far as shapes and costs go.
@Suite("Kernels for each channel")
struct ChannelKernelTests {
    private let blur = Blur([.file(path: "kernels.npy")])

    @Test("fit images of as many channels", arguments: [Blur.Padding.circular, .valid])
    func shapes(padding: Blur.Padding) throws {
        let blur = Blur([.file(path: "kernels.npy")], padding: padding)
        let expansion = try expansion { g in
            let y = g.add("y", Measure(blur), g.image("colour.npy"))
            g.output("result", g.add("z", Adjoint(blur), y))
        }
        let measured: Shape = padding == .valid ? [1, 3, 8, 7] : [1, 3, 12, 10]
        #expect(expansion.instances.map(\.type.shape) == [[1, 3, 12, 10], measured, [1, 3, 12, 10]])
    }

    @Test("and no others")
    func refusals() {
        let message =
            "kernels.npy: 3 kernels (1 × 3 × 5 × 4) do not fit an image of 1 × 1 × 12 × 10 float32; give one, or one for "
            + "each channel"
        #expect(
            mistakes { g in g.output("result", g.add("y", Measure(blur), g.image())) } == ["'y': \(message)"])
        #expect(
            mistakes { g in g.output("result", g.add("y", Adjoint(blur), g.image())) } == ["'y': \(message)"])
        let small = Downsampling(.kernel(.file(path: "kernels.npy")), factor: 2)
        #expect(
            mistakes { g in g.output("result", g.add("y", Measure(small), g.image())) } == ["'y': \(message)"])
        let kernel = Blur([.file(path: "volume.npy")])
        #expect(
            mistakes { g in g.output("result", g.add("y", Measure(kernel), g.image())) } == [
                "'y': volume.npy: 6 kernels (1 × 6 × 12 × 10) do not fit an image of 1 × 1 × 12 × 10 float32; give one, or "
                    + "one for each channel"
            ])
        #expect(
            mistakes { g in
                g.output("result", g.add("y", Measure(Blur([.file(path: "complex.npy")])), g.image()))
            } == [
                "'y': complex.npy: a kernel is real, H × W or with one for each channel C × H × W, not 1 × 1 × 12 × 10 "
                    + "complex64"
            ])
    }

    @Test("cost what one costs, and the memory of their spectra")
    func costs() throws {
        func cost(_ path: String) throws -> Cost {
            let files = FileFacts([
                FileReference("image.npy", .tensor): .tensor(TensorType([1, 3, 200, 150])),
                FileReference("one.npy", .tensor): .tensor(TensorType([15, 15])),
                FileReference("three.npy", .tensor): .tensor(TensorType([1, 3, 15, 15])),
            ])
            let graph = try Graph("sample", summary: "") { g in
                g.output("result", g.add("y", Measure(Blur([.file(path: Setting(path))])), g.image()))
            }
            return try #require(try graph.expand(files).instances.last).cost
        }
        let (one, three) = (try cost("one.npy"), try cost("three.npy"))
        #expect(one.operations == three.operations && one.work == three.work)
        // Two more spectra, complex, and their squares: 1.5 floats a point.
        #expect(three.scratchBytes - one.scratchBytes >= 2 * 6 * 200 * 150)
    }

    /// A gradient of two blurs, the first with a kernel for each channel.
    private func gradient(_ g: GraphBuilder) {
        let image = g.image("colour.npy")
        let x = g.state("x", initial: image)
        let blur = Blur([.file(path: "kernels{shard}.npy")])
        let shard = g.axis("shard", count: 2)
        let y = g.add("y", Measure(blur), image, over: shard)
        let gradients = g.add("gradients", DataGradient(blur), x, y, over: shard)
        g.next(x, g.add("z", Descend(step: 0.1), x, g.add("gradient", Sum(), gradients)))
        g.output("result", x)
    }

    @Test("are rewritten to one spectrum for each channel, also beside blurs that have one")
    func rewriting() throws {
        let rewritten = try expansion(gradient).rewritten(.all, workers: 1, sampleFiles)
        #expect(rewritten.rewrites.map(\.rule).contains("one spectrum"))
        let spreads = rewritten.instances.filter { $0.id.node.contains("spread") }.map(\.type.shape)
        #expect(spreads == [[1, 3, 9, 13], [1, 3, 9, 13], [1, 3, 9, 13]])
    }

    @Test("Point spread functions say for how many channels they are")
    func pointSpreads() {
        func told(_ planes: [Int]?, on image: String = "colour.npy") -> [String] {
            mistakes { g in
                let (image, blur) = (g.image(image), Blur([.file(path: "kernels.npy")]))
                let spread = g.add("spread", PointSpread(blur, rows: 9, columns: 7, planes: planes))
                g.output("result", g.add("g", NormalGradient(), image, spread, image))
            }
        }
        #expect(told([1, 3]) == [])
        #expect(told([1, 2]) == ["'spread': 'planes' is [1, 2]; its operator has [1, 3] of them"])
        #expect(told([3]) == ["'spread': 'planes' is [3]; its operator has [1, 3] of them"])
        #expect(told(nil) == ["'spread': 'planes' is [1, 1]; its operator has [1, 3] of them"])
        #expect(
            told([1, 3], on: "five.npy") == [
                "'g': its point spread function is 1 × 3 × 9 × 7 float32; it must be real, H × W with odd sides or one for "
                    + "each channel, n × c × H × W"
            ])
    }
}
