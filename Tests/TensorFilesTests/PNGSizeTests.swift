internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("The size of a PNG file")
struct PNGSizeTests {
    @Test(
        "is known before it is written, whatever it shows",
        arguments: [(1, 1, 1), (3, 1, 900), (1, 700, 3), (3, 300, 211)],
        PNG.BitDepth.allCases)
    func bound(_ extents: (channels: Int, height: Int, width: Int), _ depth: PNG.BitDepth) throws {
        let shape: Shape = [1, extents.channels, extents.height, extents.width]
        let predicted = PNG.largestSize(TensorType(shape), bitDepth: depth)
        // Noise is what cannot be compressed.
        let noise = try PNG.encode(.random(shape, in: 0...1, seed: 7), bitDepth: depth, path: "n.png").count
        #expect(noise <= predicted)
        #expect(predicted <= noise + noise / 10 + 8192)
        #expect(try PNG.encode(Tensor(shape), bitDepth: depth, path: "z.png").count <= predicted)
    }
}
