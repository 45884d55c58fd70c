internal import Foundation
package import GraphModel
internal import Synchronization
internal import TensorFiles
package import Tensors

/// The files of a graph: relative paths count from the folder of its file. Headers are looked at once.
package final class GraphFiles: FileInspector {
    private let locate: @Sendable (String) throws -> String
    private let known = Mutex<[FileReference: FileFact]>([:])
    private let remarks = Mutex<[String: String]>([:])

    /// What was changed in reading a file, such as a dropped alpha channel; a line a file, which names it.
    package var notes: [String] { remarks.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }

    /// - Parameter folder: The folder that relative paths count from.
    package init(folder: String) {
        locate = { path in
            path.hasPrefix("/") || folder.isEmpty
                ? path : URL(filePath: folder).appending(path: path).path(percentEncoded: false)
        }
    }

    /// - Parameter locate: Where a path of the graph lies.
    package init(locate: @escaping @Sendable (String) throws -> String) {
        self.locate = locate
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

    /// Where a path of the graph lies.
    ///
    /// - Throws: where it cannot be had.
    package func absolute(_ path: String) throws -> String {
        try locate(path)
    }

    /// The array or picture at `path`.
    ///
    /// - Throws: ``TensorFileError``.
    package func tensor(_ path: String) throws -> Tensor {
        let loaded = try ImageFile.read(try absolute(path))
        if let note = loaded.note { remarks.withLock { $0[path] = note } }
        return loaded.image
    }

    /// The weights at `path`.
    ///
    /// - Throws: ``TensorFileError``.
    package func weights(_ path: String) throws -> [String: Tensor] {
        try SafeTensors.read(try absolute(path))
    }

    private func inspect(_ file: FileReference) -> FileFact {
        do {
            switch file.content {
            case .tensor: return .tensor(try ImageFile.readType(absolute(file.path)))
            case .weights: return .weights(try SafeTensors.header(of: absolute(file.path)))
            }
        } catch {
            return .unreadable("\(error)")
        }
    }
}
