import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Inpainting as a kind")
struct InpaintingMapTests {
    @Test("multiplies with a mask from a file")
    func file() throws {
        let sample = try GraphSample()
        let x = Tensor.random([1, 2, 2, 2], in: 1...2, seed: 1)
        try sample.write("mask", Tensor([1, 2, 2], [1, 0, 0, 1]))
        let kind = Inpainting(.file(path: "mask.npy"))
        let measured = try sample.run { g in g.add("y", Measure(kind), try sample.load(g, "x", x)) }
        let expected = zip(x.values, [1, 0, 0, 1, 1, 0, 0, 1]).map { $0 * $1 }
        #expect(measured == [Tensor(x.shape, expected)])
    }

    @Test("a random mask is the same for every node that names it, and another for each instance")
    func random() throws {
        let sample = try GraphSample()
        let x = Tensor.random([1, 3, 20, 30], in: 1...2, seed: 1)
        let kind = Inpainting(.random(keeping: 0.6, pixelwise: true, seed: 4))
        func run(_ node: String, _ kind: some NodeKind) throws -> [Tensor] {
            try sample.run { g in
                let shard = g.axis("shard", count: 2)
                return g.add(node, kind, try sample.load(g, "x", x), over: shard)
            }
        }
        let measured = try run("y", Measure(kind))
        #expect(try run("z", Adjoint(kind)) == measured)
        #expect(measured[0] != measured[1])
    }

    @Test("refuses masks that do not fit, and shares that are none")
    func refusals() throws {
        let sample = try GraphSample()
        try sample.write("mask", Tensor([3, 2]))
        for (mask, message) in [
            (
                Inpainting.Mask.file(path: "mask.npy"),
                "a mask of 3 × 2 float32 does not fit an image of 1 × 1 × 4 × 2 float32"
            ),
            (.random(keeping: 1.5, pixelwise: true, seed: 0), "'keeping' is 1.5; it must be from 0 to 1"),
            (.random(keeping: 0.5, pixelwise: true, seed: -1), "'seed' is -1; it must be 0 or more"),
        ] {
            let error = #expect(throws: GraphError.self) {
                try sample.run { g in
                    g.add("y", Measure(Inpainting(mask)), try sample.load(g, "x", .random([1, 1, 4, 2], seed: 1)))
                }
            }
            #expect("\(try #require(error))".hasSuffix(message))
        }
    }

    @Test("survives a file")
    func roundTrips() throws {
        for mask in [Inpainting.Mask.file(path: "m-{shard}.npy"), .random(keeping: 0.5, pixelwise: false, seed: 3)] {
            let kind = Measure(Inpainting(mask))
            #expect(try roundTrip(kind) == kind)
        }
    }
}
