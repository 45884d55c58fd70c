import Algorithms
import Foundation
import GraphModel
import KernelTesting
import Kernels
import MyImaging
import Runtime
import Synchronization
import TensorFiles
import Tensors
import Testing

@Suite("A package of a user's own")
struct MyImagingTests {
    @Test(
        "its operator holds what operators must",
        arguments: [TensorType([1, 2, 9, 8]), TensorType([7, 5], .complex64)], [[3, -2], [0, 11]])
    func roll(domain: TensorType, by: [Int]) throws {
        let roll = Roll(by: by)
        #expect(try OperatorChecks.adjoint(roll, on: domain) < 1e-6)
        #expect(try OperatorChecks.normal(roll, on: domain) == 0)
        #expect(try OperatorChecks.linearity(roll, on: domain) < 1e-6)
        #expect(try #require(try OperatorChecks.bound(roll, on: domain)) < 1.001)
        #expect(try OperatorChecks.survivesFile(compose(roll, AdjointOperator(of: roll)), catalog: .mine))
    }

    @Test("its denoiser has no seams", arguments: [3, 7, 16])
    func tiles(tile: Int) throws {
        let image = noisy([2, 1, 21, 18])
        #expect(try TileChecks.largestDifference(MedianDenoiser(), on: image, tile: tile, catalog: .mine) == 0)
    }

    @Test("its kind is computed as it says")
    func median() throws {
        let image = Tensor([1, 1, 1, 3], [0, 5, 1])
        let values = try KernelEvaluation(["x": image], catalog: .mine) { g in
            g.keep("y", MedianDenoiser(), g.load("x"))
        }
        #expect(values["y"].values == [0, 5, 1])
    }

    @Test("its rule is applied, and its graph runs from Swift with the same bits for any number of workers")
    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "my-imaging-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path(percentEncoded: false)
        try NPY.write(noisy([1, 1, 40, 36]), to: "\(path)/image.npy")
        let graph = try movedBlur(image: "image.npy", tile: 16)

        let seen = Mutex<[Int]>([])
        let one = try await graph.run(catalog: .mine, folder: path) { record in
            seen.withLock { $0.append(record.iteration) }
        }
        #expect(seen.withLock { $0 }.suffix(20) == Array(1...20)[...])
        #expect(one.ending == .iterations && one.records.last?.metrics["psnr"] != nil)
        let three = try await graph.run(on: .local(workers: 3, threads: 1), catalog: .mine, folder: path)
        let result = try #require(one["result"])
        #expect(three["result"] == result && result.shape == [1, 1, 40, 36])

        let files = FileFacts(GraphFiles(folder: path))
        let rewritten = try graph.expand(files)
            .rewritten(.all, workers: 1, files, rules: KernelCatalog.mine.rules)
        #expect(rewritten.rewrites.map(\.rule).contains("scales joined"))
    }

    @Test("its algorithm comes nearer than gradient descent does, with the same bits for any number of workers")
    func barzilaiBorwein() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "my-imaging-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path(percentEncoded: false)
        try NPY.write(noisy([1, 1, 32, 28]), to: "\(path)/image.npy")
        func graph(_ iterate: (GraphBuilder, DataTerm, Value) -> Value) throws -> Graph {
            try Graph("deblur", summary: "Two blurs undone") { g in
                let shard = g.axis("shard", count: 2)
                let truth = g.add("truth", Load("image.npy"))
                let blur = Blur([.gaussian(sigma: [0.7, 0.7], angle: 0), .gaussian(sigma: [1, 0.5], angle: 0)])
                let data = DataTerm(blur, g.add("y", Measure(blur), truth, over: shard), over: shard)
                let x = iterate(g, data, g.add("start", Zeros(), truth))
                g.loop(40)
                g.metric(g.add("psnr", PSNR(), x, truth))
                g.output("result", x)
            }
        }
        let clever = try graph { g, data, start in g.barzilaiBorwein(data, from: start, firstStep: 0.5) }
        let plain = try graph { g, data, start in g.landweber(data, from: start, step: 0.5).x }
        let one = try await clever.run(folder: path)
        let three = try await clever.run(on: .local(workers: 3, threads: 1), folder: path)
        #expect(one["result"] == three["result"] && one["result"] != nil)
        let other = try await plain.run(folder: path)
        let (own, theirs) = (one.records.last?.metrics["psnr"], other.records.last?.metrics["psnr"])
        #expect(try #require(own) > #require(theirs) + 1)
    }

    @Test("a kind of a taken name is refused")
    func taken() async throws {
        var catalog = KernelCatalog.standard
        catalog.add(FalseSumKernel.self)
        #expect(catalog.problems == ["'sum' is the name of two kinds, Sum and FalseSum; give yours a name of its own"])
        let graph = try Graph("empty", summary: "") { g in g.output("x", g.add("x", Load("x.npy"))) }
        await #expect(throws: RunPlaceError.self) { try await graph.run(catalog: catalog) }
    }
}

private struct FalseSum: NodeKind {
    static let name = "sum"
    static let inputs = [Input("x")]

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { Cost() }
}

private final class FalseSumKernel: Kernel {
    init(_ kind: FalseSum, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {}
}

/// Values that look like noise, the same every time.
private func noisy(_ shape: Shape) -> Tensor {
    Tensor(shape, (0..<shape.count).map { Float(($0 &* 7919) % 101) / 100 })
}
