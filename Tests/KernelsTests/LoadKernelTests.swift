import GraphModel
import KernelTesting
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
        let result = try KernelEvaluation(["a": array]) { g in
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

    /// A 8 × 6 picture of `depth` and the same samples as an array of whole numbers.
    private func samples(_ depth: PNG.BitDepth, channels: Int, in folder: Folder) throws -> Shape {
        let white = depth == .eight ? 255 : 65535
        let random = Tensor.random([channels, 8, 6], in: 0...1, seed: 5)
        let numbers = random.values.map { Int(($0 * Float(white)).rounded()) }
        try PNG.write(
            Tensor(random.shape, numbers.map { Float($0) / Float(white) }), to: folder.path("p.png"), bitDepth: depth)
        let bytes = numbers.flatMap { depth == .eight ? [UInt8($0)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
        try AtomicFile.write(
            npyFile(depth == .eight ? "|u1" : "<u2", shape: "(\(channels), 8, 6)", bytes), to: folder.path("a.npy"))
        return [1, channels, 8, 6]
    }

    @Test(
        "whole numbers of 8 and 16 bits are images as those of a picture are, to the bit, and numbers in other arrays",
        arguments: PNG.BitDepth.allCases, [1, 3])
    func wholeNumbers(depth: PNG.BitDepth, channels: Int) throws {
        let folder = try Folder()
        let shape = try samples(depth, channels: channels, in: folder)
        let picture = try load("p.png", in: folder)
        #expect(picture.shape == shape)
        #expect(try load("a.npy", in: folder) == picture)
        let numbers = try load("a.npy", as: .array, in: folder)
        #expect(numbers == (try NPY.read(folder.path("a.npy"))) && numbers.values.contains { $0 > 1 })
        #expect(try load("a.npy", range: .unit, in: folder).values == numbers.values)
        // A range is one of samples, of a picture too.
        let range = ValueRange.between(10, 60)
        let scaled = numbers.values.map { ($0 - 10) / 50 }
        #expect(try load("a.npy", range: range, in: folder).values == scaled)
        #expect(try load("p.png", range: range, in: folder).values == scaled)
        #expect(try load("p.png", range: .unit, in: folder) == picture)
        #expect(
            try load("p.png", range: .between(0, depth == .eight ? 255 : 65535), in: folder) == picture)
    }

    @Test("values are scaled from their range", arguments: [(0, 255), (-1, 1), (100.5, 200)])
    func ranges(first: Double, last: Double) throws {
        let folder = try Folder()
        let unit = Tensor.random([2, 3, 5], in: -0.1...1.1, seed: 2)
        try NPY.write(
            Tensor(unit.shape, unit.values.map { Float(first) + $0 * Float(last - first) }), to: folder.path("a.npy"))
        for layout in [Load.Layout.image, .array] {
            let loaded = try load("a.npy", as: layout, range: .between(first, last), in: folder)
            #expect(maxDifference(loaded.reshaped(unit.shape), unit) <= 1e-5)
        }
    }

    @Test(
        "channels behind become channels in front",
        arguments: [[5, 4, 3], [7, 6, 2], [2, 5, 4, 3], [6, 5]], ElementType.allCases)
    func channelsLast(_ dimensions: [Int], element: ElementType) throws {
        let folder = try Folder()
        let array = Tensor.random(Shape(dimensions), element: element, seed: 4)
        try NPY.write(array, to: folder.path("a.npy"))
        let loaded = try load("a.npy", as: .hwc, in: folder)
        let four = Array(repeating: 1, count: 4 - dimensions.count) + dimensions
        guard dimensions.count > 2 else {
            #expect(loaded == array.reshaped(Shape(four)))
            return
        }
        #expect(loaded.type == TensorType([four[0], four[3], four[1], four[2]], element))
        let (height, width, channels, parts) = (four[1], four[2], four[3], element.floats)
        for (index, value) in array.values.enumerated() {
            let (part, rest) = (index % parts, index / parts)
            let (channel, column, row) = (rest % channels, rest / channels % width, rest / channels / width % height)
            let image = rest / channels / width / height
            let place = ((image * channels + channel) * height + row) * width + column
            #expect(loaded.values[place * parts + part] == value)
        }
    }

    @Test("a picture's channels are known", arguments: Load.Layout.allCases)
    func pictureLayouts(_ layout: Load.Layout) throws {
        let folder = try Folder()
        let picture = Tensor.random([1, 3, 8, 4], in: 0...1, seed: 3)
        try PNG.write(picture, to: folder.path("p.png"), bitDepth: .sixteen)
        #expect(maxDifference(try load("p.png", as: layout, in: folder), picture) <= 1e-5)
    }

    @Test("a value that is no number is found when files are looked at, in whatever reads it")
    func notFinite() throws {
        let folder = try Folder()
        let path = folder.path("a.npy")
        try NPY.write(Tensor([3, 3], [0, 0, 0, 0, 0, .nan, 0, 0, 0]), to: path)
        let what =
            "\(path): 1 of its 9 values is NaN or infinite, at [1, 2] (nan); replace it, for example with numpy.nan_to_num"
        #expect(message("a.npy", folder) == "'image': \(what)")
        let maps: [any NodeKind] = [
            Measure(Blur([.file(path: "a.npy")])),
            Measure(Downsampling(.kernel(.file(path: "a.npy")), factor: 1)), Measure(Inpainting(.file(path: "a.npy"))),
        ]
        try NPY.write(Tensor([1, 1, 3, 3]), to: folder.path("image.npy"))
        for kind in maps {
            func add(_ kind: some NodeKind, _ g: GraphBuilder) {
                g.output("result", g.add("y", kind, g.add("image", Load("image.npy"))))
            }
            let graph = try Graph("sample", summary: "") { g in add(kind, g) }
            let files = FileFacts(GraphFiles(folder: folder.path))
            let error = #expect(throws: GraphError.self) { try graph.expand(files) }
            #expect("\(try #require(error))".hasSuffix("'y': \(what)"))
        }
    }

    @Test("weights with a value that is no number are refused with their file and tensor")
    func weights() throws {
        let folder = try Folder()
        var tensors = SampleNetworks.randomWeights(SampleNetworks.dncnn(channels: 1, features: 4, depth: 3), seed: 1)
        let name = try #require(tensors.keys.sorted().first)
        tensors[name]?.withMutableView { $0.floats[0] = .infinity }
        try SafeTensors.write(tensors, to: folder.path("w.safetensors"))
        try NPY.write(Tensor([1, 1, 9, 9]), to: folder.path("image.npy"))
        let graph = try Graph("sample", summary: "") { g in
            let denoiser = Denoiser(weights: "w.safetensors")
            g.output("result", g.add("z", Denoise(denoiser, sigma: 0.1), g.add("image", Load("image.npy"))))
        }
        let error = #expect(throws: GraphError.self) { try graph.expand(FileFacts(GraphFiles(folder: folder.path))) }
        #expect("\(try #require(error))".contains("\(folder.path("w.safetensors")): tensor '\(name)': 1 of its "))
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

    private func expansion(
        _ path: String, as layout: Load.Layout = .image, range: ValueRange? = nil, _ folder: Folder
    ) throws(GraphError) -> (Expansion, GraphFiles) {
        let files = GraphFiles(folder: folder.path)
        let graph = try Graph("load", summary: "") { g in
            g.output("result", g.add("image", Load(Setting(path), as: layout, range: range.map { Setting($0) })))
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

    private func kernel(
        _ path: String, as layout: Load.Layout = .image, range: ValueRange? = nil, in folder: Folder
    ) throws -> (any Kernel, TensorType) {
        let (expansion, files) = try expansion(path, as: layout, range: range, folder)
        guard case .compute(let kind, _, let node) = expansion.instances[0].content else { throw GraphError.rule("") }
        let type = expansion.instances[0].type
        let context = KernelContext(
            node: node, output: type, threads: 1, automaticConvolutions: .direct, files: files,
            shared: SharedResources())
        return (try KernelCatalog.standard.makeKernel(kind, context), type)
    }

    private func load(
        _ path: String, as layout: Load.Layout = .image, range: ValueRange? = nil, in folder: Folder
    ) throws -> Tensor {
        let (kernel, type) = try kernel(path, as: layout, range: range, in: folder)
        var output = Tensor(type)
        try output.withMutableView { try kernel.run(KernelInputs([]), into: $0, iteration: 0) }
        return output
    }
}

/// An array's file of version 1.0.
private func npyFile(_ element: String, shape: String, _ numbers: [UInt8]) -> [UInt8] {
    let header = "{'descr': '\(element)', 'fortran_order': False, 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + numbers
}
