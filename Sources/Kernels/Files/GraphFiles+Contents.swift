internal import Foundation
internal import GraphModel
internal import Synchronization
internal import TensorFiles
internal import Tensors

extension GraphFiles {
    /// What a file holds, by its hash (SHA-256), and how much; of one of which only parts are read, the hash is of those.
    package struct Content: Hashable, Sendable {
        package let hash: String
        package let bytes: Int
        /// The boxes that it is the hash of; `nil` where it is that of the whole file.
        fileprivate let boxes: [Region]?
        /// By which it shows that the file has been written since.
        fileprivate let stamp: FileStamp?
    }

    /// What the file at a path of the graph holds; it is looked at once, and anew when it has been written.
    ///
    /// - Throws: where it cannot be read.
    package func content(of path: String) throws -> Content {
        let source = try source(path)
        var stamp: FileStamp?
        if case .file(let place) = source { stamp = FileStamp(place) }
        let boxes = boxesRead(of: path)
        if let known = contents.withLock({ $0[path] }), known.stamp == stamp, known.boxes == boxes { return known }
        let content: Content
        switch source {
        case .bundled(let weights):
            let bytes = weights.bytes
            content = Content(hash: ContentHash.of(bytes), bytes: bytes.count, boxes: boxes, stamp: nil)
        case .held(let bytes, _):
            content = Content(hash: ContentHash.of(bytes), bytes: bytes.count, boxes: boxes, stamp: nil)
        case .file(let place):
            if let boxes, let part = try hash(of: boxes, in: place) {
                content = Content(hash: part.hash, bytes: part.bytes, boxes: boxes, stamp: stamp)
            } else {
                let (hash, bytes) = try ContentHash.measure(place)
                content = Content(hash: hash, bytes: bytes, boxes: boxes, stamp: stamp)
            }
        }
        contents.withLock { $0[path] = content }
        return content
    }

    /// The boxes that are read of a file, in order; `nil` where all of it is.
    private func boxesRead(of path: String) -> [Region]? {
        let asked = facts.keys.filter { $0.path == path && $0.content != .header }
        let boxes = asked.compactMap { $0.content == .tensor && $0.dataSet == nil ? $0.region : nil }
        guard !boxes.isEmpty, boxes.count == asked.count else { return nil }
        return boxes.sorted { $0.description < $1.description }
    }

    /// The hash of some boxes of an array, and how long its file is; `nil` where nothing is saved over hashing the file.
    private func hash(of boxes: [Region], in place: String) throws -> (hash: String, bytes: Int)? {
        let source = try LocalFile(place)
        let array = try ArrayFile(source, formats: formats)
        let (wanted, whole) = (boxes.reduce(0) { $0 + $1.count }, array.header.type.shape.count)
        guard wanted < whole, boxes.allSatisfy({ fits($0, array.header.type.shape) }) else { return nil }
        var text = ""
        for box in boxes {
            guard let hash = try array.hash(of: box) else { return nil }
            text += "\(box) \(hash)\n"
        }
        return (ContentHash.of(Array(text.utf8)), source.count)
    }

    /// Whether an array has the box still.
    private func fits(_ box: Region, _ shape: Shape) -> Bool {
        box.ranges.count == shape.rank && zip(box.ranges, shape.dimensions).allSatisfy { $0.upperBound <= $1 }
    }

    /// The hash of each file that was asked for so far, weights that the program comes with among them, by its path in the
    /// graph. What can be read only once, such as a pipe, is left out.
    ///
    /// - Throws: where a file cannot be read.
    package func contentHashes() throws -> [String: String] {
        var hashes: [String: String] = [:]
        for (file, fact) in facts where hashes[file.path] == nil {
            let path = file.path
            if case .unreadable = fact { continue }
            if case .file(let place) = try source(path), !isPlainFile(place) { continue }
            hashes[path] = try content(of: path).hash
        }
        return hashes
    }
}

/// Whether there is a file at `path`, or a link to one, that can be read time and again.
private func isPlainFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
