internal import Foundation
public import GraphModel
public import Kernels
internal import Networks
internal import TensorFiles
public import Tensors

/// The kernels of a small graph without states, made and run one after the other, for tests of kinds:
///
/// ```swift
/// let values = try KernelEvaluation(["x": image]) { g in g.output("y", g.add("y", MyKind(), g.load("x"))) }
/// #expect(values["y"] == expected)
/// ```
public struct KernelEvaluation {
    private let values: [ValueID: Tensor]

    /// The value of a node, or of an instance as `denoised[3]`; an empty tensor where there is none.
    public subscript(_ id: String) -> Tensor { values[ValueID(stringLiteral: id)] ?? Tensor([0]) }

    /// - Parameters:
    ///   - tensors: Arrays that the graph loads, by the names of their files without `.npy`.
    ///   - folder: Where other files of the graph are.
    ///   - iteration: What the kernels are told.
    ///   - catalog: The kinds and operators that there are.
    ///   - build: Declares the graph; it keeps what it wants to be computed, as with ``GraphModel/GraphBuilder/output(_:_:file:line:)``.
    /// - Throws: what is wrong with the graph, or what a kernel throws.
    public init(
        _ tensors: [String: Tensor] = [:], folder: String = "", iteration: Int = 0, catalog: KernelCatalog = .standard,
        _ build: (GraphBuilder) -> Void
    ) throws {
        let arrays = try TestArrays(tensors)
        let files = GraphFiles(formats: catalog.formats) { path in
            arrays.place(of: path) ?? (path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)")
        }
        let expansion = try Graph("evaluation", summary: "", build).expand(FileFacts(files))
        let shared = SharedResources()
        var values: [ValueID: Tensor] = [:]
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
        self.values = values
    }
}

/// Arrays in files of their own, which are removed with it.
private final class TestArrays: Sendable {
    private let folder: URL
    private let names: Set<String>

    init(_ tensors: [String: Tensor]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "graphrun-\(UUID().uuidString)")
        names = Set(tensors.keys.map { "\($0).npy" })
        guard !tensors.isEmpty else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, tensor) in tensors {
            try NPY.write(tensor, to: folder.appending(path: "\(name).npy").path(percentEncoded: false))
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Where the array lies that a graph calls `path`.
    func place(of path: String) -> String? {
        names.contains(path) ? folder.appending(path: path).path(percentEncoded: false) : nil
    }
}

extension GraphBuilder {
    /// Loads `NAME.npy` as it is, and keeps it.
    public func load(_ name: String, over axis: AxisHandle? = nil) -> Value {
        keep(name, Load(Setting("\(name).npy"), as: .array), over: axis)
    }

    /// A node that is also an output, so that nothing has to read it.
    @discardableResult
    public func keep(_ id: String, _ kind: some NodeKind, _ inputs: Value..., over axis: AxisHandle? = nil) -> Value {
        let value = add(id, kind, inputs: inputs, over: axis)
        output(id, value)
        return value
    }
}
