import Foundation
import GraphModel
import Kernels
import Networks
import TensorFiles
import Tensors

/// A folder of its own for a test, removed with all in it at the end.
final class Folder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "graphrun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path(percentEncoded: false) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
}

/// Kernels of a graph without states, made and run one after the other.
struct Evaluation {
    /// The value of every instance, by its id.
    private(set) var values: [ValueID: Tensor] = [:]

    subscript(_ id: String) -> Tensor { values[ValueID(stringLiteral: id)] ?? Tensor([0]) }

    /// - Parameters:
    ///   - tensors: Arrays that the graph loads, by the names of their files without `.npy`.
    ///   - iteration: What the kernels are told.
    ///   - build: Declares the graph; every node is kept.
    init(
        _ tensors: [String: Tensor], iteration: Int = 0, catalog: KernelCatalog = .standard,
        _ build: (GraphBuilder) -> Void
    ) throws {
        let folder = try Folder()
        for (name, tensor) in tensors { try NPY.write(tensor, to: folder.path("\(name).npy")) }
        let files = GraphFiles(folder: folder.path)
        let expansion = try Graph("evaluation", summary: "", build).expand(FileFacts(files))
        let shared = SharedResources()
        for instance in expansion.instances {
            guard case .compute(let kind, let inputs, let node) = instance.content else { continue }
            let context = KernelContext(
                node: node, output: instance.type, threads: 1, automaticConvolutions: .direct, files: files,
                shared: shared)
            let kernel = try catalog.makeKernel(kind, context)
            let read = inputs.map { $0.map { values[$0] ?? Tensor([0]) } }
            // What a buffer held before must not matter.
            var output = Tensor(instance.type, Array(repeating: .nan, count: instance.type.floatCount))
            try output.withMutableView { output in
                let slots = read.map { $0.map { $0.withView { $0 } } }
                try kernel.run(KernelInputs(slots), into: output, iteration: iteration)
                withExtendedLifetime(read) {}
            }
            values[instance.id] = output
        }
    }
}

extension GraphBuilder {
    /// Loads `NAME.npy` as it is, and keeps it.
    func load(_ name: String, over axis: AxisHandle? = nil) -> Value {
        keep(name, Load(Setting("\(name).npy"), as: .array), over: axis)
    }

    /// A node that is also an output, so that nothing has to read it.
    func keep(_ id: String, _ kind: some NodeKind, _ inputs: Value..., over axis: AxisHandle? = nil) -> Value {
        let value: Value =
            switch inputs.count {
            case 0: add(id, kind, over: axis)
            case 1: add(id, kind, inputs[0], over: axis)
            default: add(id, kind, inputs[0], inputs[1], over: axis)
            }
        output(id, value)
        return value
    }
}
