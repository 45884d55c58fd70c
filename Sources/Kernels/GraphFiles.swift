internal import Foundation
package import GraphModel
internal import Synchronization
package import TensorFiles
package import Tensors

/// The files of a graph: relative paths count from the folder of its file. Headers are looked at once.
package final class GraphFiles: FileInspector {
    private let locate: @Sendable (String) throws -> Source
    private let known = Mutex<[FileReference: FileFact]>([:])
    private let remarks = Mutex<[String: String]>([:])
    /// What the files hold of which that was asked.
    let contents = Mutex<[String: Content]>([:])

    /// What was changed in reading a file, such as a dropped alpha channel; a line a file, which names it.
    package var notes: [String] { remarks.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }

    /// - Parameter folder: The folder that relative paths count from.
    package init(folder: String) {
        locate = { path in
            switch DenoiserChoice(weights: path) {
            case .color?: return .bundled(.color)
            case .gray?: return .bundled(.gray)
            case .totalVariation?, nil: break
            }
            return .file(
                path.hasPrefix("/") || folder.isEmpty
                    ? path : URL(filePath: folder).appending(path: path).path(percentEncoded: false))
        }
    }

    /// - Parameter locate: Where this process can open a path of the graph, weights that are part of the program too: a
    ///   coordinator sends its own, so that those of a worker that was built from other sources cannot differ.
    package init(locate: @escaping @Sendable (String) throws -> String) {
        self.locate = { .file(try locate($0)) }
    }

    /// The facts that were asked for so far.
    package var facts: [FileReference: FileFact] { known.withLock { $0 } }

    package func fact(of file: FileReference) -> FileFact {
        known.withLock { known in
            if let fact = known[file] { return fact }
            let fact = inspect(file)
            known[file] = fact
            return fact
        }
    }

    /// What a path of the graph leads to.
    package enum Source: Sendable {
        /// A file, at a path that this process can open.
        case file(String)
        /// Weights that are part of the program.
        case bundled(BundledWeights)
    }

    /// What a path of the graph leads to.
    ///
    /// - Throws: where it cannot be had.
    package func source(_ path: String) throws -> Source {
        try locate(path)
    }

    /// The array or picture at `path`.
    ///
    /// - Throws: ``TensorFileError``.
    package func tensor(_ path: String) throws -> Tensor {
        let loaded = try ImageFile.read(try file(path))
        if let note = loaded.note { remarks.withLock { $0[path] = note } }
        return loaded.image
    }

    /// The weights at `path`.
    ///
    /// - Throws: ``TensorFileError``.
    package func weights(_ path: String) throws -> [String: Tensor] {
        switch try source(path) {
        case .file(let file): try SafeTensors.read(file)
        case .bundled(let weights): try SafeTensors.decode(weights.bytes, path: path)
        }
    }

    private func file(_ path: String) throws -> String {
        guard case .file(let file) = try source(path) else { throw TensorFileError.neitherPNGNorNPY(path: path) }
        return file
    }

    private func inspect(_ file: FileReference) -> FileFact {
        do {
            switch file.content {
            case .tensor: return .tensor(try ImageFile.readType(self.file(file.path)))
            case .weights:
                switch try source(file.path) {
                case .file(let place): return .weights(try SafeTensors.header(of: place))
                case .bundled(let weights):
                    return .weights(try SafeTensors.header(of: weights.bytes, path: file.path))
                }
            }
        } catch {
            return .unreadable(SystemReason.of(error))
        }
    }
}
