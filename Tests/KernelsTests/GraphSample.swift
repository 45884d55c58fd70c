import Foundation
import GraphModel
import Kernels
import Runtime
import TensorFiles
import Tensors
import TestSupport

/// Arrays in a folder that is removed with it, and graphs that read them.
final class GraphSample {
    let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "graphrun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A node that reads an array.
    func load(_ g: GraphBuilder, _ name: String, _ tensor: Tensor) throws -> Value {
        try write(name, tensor)
        return g.add(name, Load(Setting("\(name).npy"), as: .array))
    }

    func write(_ name: String, _ tensor: Tensor) throws {
        try NPY.write(tensor, to: "\(folder)/\(name).npy")
    }

    /// The instances' values of the node that `build` returns; it has no loop.
    func run(_ build: (GraphBuilder) throws -> Value, threads: Int = 1) throws -> [Tensor] {
        var failure: (any Error)?
        let graph = try Graph("sample", summary: "") { g in
            do {
                g.output("result", try build(g))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        let files = GraphFiles(folder: folder)
        let expansion = try graph.expand(FileFacts(files))
        let values = try SequentialExecutor(expansion, catalog: .standard, files: files, threads: threads).run()
        return (expansion.output("result") ?? []).compactMap { values[$0.id] }
    }
}

/// A kind written to JSON and read back.
func roundTrip<Kind: NodeKind>(_ kind: Kind) throws -> Kind {
    try JSONDecoder().decode(Kind.self, from: JSONEncoder().encode(kind))
}
