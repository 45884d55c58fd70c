import GraphModel
import Kernels
import Networks
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Loading images and arrays")
struct LoadKernelTests {
    @Test("NPY files of two, three and four axes become images", arguments: [[5, 4], [3, 5, 4], [2, 3, 5, 4]])
    func layouts(_ dimensions: [Int]) throws {
        let array = Tensor.random(Shape(dimensions), seed: 1)
        let result = try Evaluation(["a": array]) { g in
            g.output("image", g.add("image", Load("a.npy")))
            g.output("array", g.add("array", Load("a.npy", as: .array)))
        }
        let shape = Shape(Array(repeating: 1, count: 4 - dimensions.count) + dimensions)
        #expect(result["image"] == array.reshaped(shape))
        #expect(result["array"] == array)
    }

    @Test("PNG files are read in [0, 1]", arguments: [1, 3])
    func pictures(_ channels: Int) throws {
        let folder = try Folder()
        let levels = (0..<channels * 20).map { Float($0 * 255 / (channels * 20)) / 255 }
        let picture = Tensor([1, channels, 4, 5], levels)
        try PNG.write(picture, to: folder.path("p.png"))
        #expect(maxDifference(try load("p.png", in: folder), picture) <= 1e-6)
    }

    @Test("relative paths count from the folder, absolute ones do not")
    func paths() throws {
        let (folder, other) = (try Folder(), try Folder())
        let array = Tensor.random([1, 1, 2, 3], seed: 2)
        try NPY.write(array, to: folder.path("a.npy"))
        #expect(try load("a.npy", in: folder) == array)
        #expect(try load(folder.path("a.npy"), in: other) == array)
    }

    @Test("a file that cannot be read is told with node and path")
    func unreadable() throws {
        let folder = try Folder()
        #expect(
            message("nowhere.npy", folder) == "'image': \(folder.path("nowhere.npy")): no such file; check the path")
        try AtomicFile.write([1, 2, 3], to: folder.path("text.npy"))
        #expect(
            message("text.npy", folder)
                == "'image': \(folder.path("text.npy")): is neither PNG nor NPY; convert the image to one of them")
    }

    @Test("a file that changes after the run was planned is refused")
    func changed() throws {
        let folder = try Folder()
        try NPY.write(Tensor([1, 1, 2, 3]), to: folder.path("a.npy"))
        let (kernel, type) = try kernel("a.npy", in: folder)
        try NPY.write(Tensor([1, 1, 3, 3]), to: folder.path("a.npy"))
        var output = Tensor(type)
        #expect(
            throws: KernelError.file(
                "a.npy: it is 1 × 1 × 3 × 3 float32 now, but was 1 × 1 × 2 × 3 float32 when the run was planned")
        ) {
            try output.withMutableView { try kernel.run(KernelInputs([]), into: $0, iteration: 0) }
        }
    }

    private func expansion(_ path: String, _ folder: Folder) throws(GraphError) -> (Expansion, GraphFiles) {
        let files = GraphFiles(folder: folder.path)
        let graph = try Graph("load", summary: "") { g in
            g.output("result", g.add("image", Load(Setting(path))))
        }
        return (try graph.expand(FileFacts(files)), files)
    }

    private func message(_ path: String, _ folder: Folder) -> String {
        do throws(GraphError) {
            _ = try expansion(path, folder)
            return ""
        } catch {
            guard case .problems(let problems) = error else { return "\(error)" }
            return problems.map(\.message).joined(separator: "\n")
        }
    }

    private func kernel(_ path: String, in folder: Folder) throws -> (any Kernel, TensorType) {
        let (expansion, files) = try expansion(path, folder)
        guard case .compute(let kind, _, let node) = expansion.instances[0].content else { throw GraphError.rule("") }
        let type = expansion.instances[0].type
        let context = KernelContext(
            node: node, output: type, threads: 1, automaticConvolutions: .direct, files: files,
            shared: SharedResources())
        return (try KernelCatalog.standard.makeKernel(kind, context), type)
    }

    private func load(_ path: String, in folder: Folder) throws -> Tensor {
        let (kernel, type) = try kernel(path, in: folder)
        var output = Tensor(type)
        try output.withMutableView { try kernel.run(KernelInputs([]), into: $0, iteration: 0) }
        return output
    }
}
