internal import Foundation
public import GraphModel
internal import Imaging
internal import Synchronization
public import TensorFiles
public import Tensors

/// The files of a graph: relative paths count from the folder of its file. Each is looked at once.
///
/// A kernel asks for its files here, wherever it runs; what it asks for, its kind must have asked for facts of.
public final class GraphFiles: FileInspector {
    private let locate: @Sendable (String) throws -> Source
    private let open: (@Sendable (String) throws -> any ByteSource)?
    let formats: ArrayFormats
    private let known = Mutex<[FileReference: FileFact]>([:])
    private let remarks = Mutex<[String: String]>([:])
    /// What the files hold of which that was asked.
    let contents = Mutex<[String: Content]>([:])

    /// What was changed in reading a file, such as a dropped alpha channel; a line a file, which names it.
    package var notes: [String] { remarks.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }

    /// - Parameters:
    ///   - folder: The folder that relative paths count from. What can be read once, as standard input (`-`), is read when it
    ///     is first asked for.
    ///   - formats: The formats of arrays that there are.
    public init(folder: String, formats: ArrayFormats = .standard) {
        self.formats = formats
        open = nil
        locate = { path in
            switch DenoiserChoice(weights: path) {
            case .color?: return .bundled(.color)
            case .gray?: return .bundled(.gray)
            case .auto?, .totalVariation?, nil: break
            }
            let file =
                path.hasPrefix("/") || folder.isEmpty || path == ByteStream.dash
                ? path : URL(filePath: folder).appending(path: path).path(percentEncoded: false)
            guard ByteStream.isOne(file) else { return .file(file) }
            return .held(try ByteStream.contents(of: file, as: "a file of the graph"), name: ByteStream.name(file))
        }
    }

    /// - Parameters:
    ///   - formats: The formats of arrays that there are.
    ///   - open: The bytes of a path of the graph, by ranges, where not all of them are wanted; by default those of the file
    ///     that `locate` gives.
    ///   - locate: Where this process can open a path of the graph, weights that are part of the program too: a
    ///     coordinator sends its own, so that those of a worker that was built from other sources cannot differ.
    package init(
        formats: ArrayFormats = .standard, open: (@Sendable (String) throws -> any ByteSource)? = nil,
        locate: @escaping @Sendable (String) throws -> String
    ) {
        self.formats = formats
        self.open = open
        self.locate = { .file(try locate($0)) }
    }

    /// The facts that were asked for so far.
    package var facts: [FileReference: FileFact] { known.withLock { $0 } }

    public func fact(of file: FileReference) -> FileFact {
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
        /// What came out of a stream; messages call it by its name.
        case held([UInt8], name: String)
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
    public func tensor(_ path: String) throws -> Tensor {
        try array(path).image().image
    }

    /// An array that is to be read, of which only the header has been.
    ///
    /// - Parameters:
    ///   - dataSet: Which of the file's arrays; `nil` for the only one.
    ///   - isWhole: Whether all of it is wanted: then a worker that has no such file gets and keeps the whole of it.
    /// - Throws: ``TensorFileError``.
    package func array(_ path: String, dataSet: String? = nil, isWhole: Bool = true) throws -> ArrayFile {
        let array = try ArrayFile(bytes(path, isWhole: isWhole), named: path, dataSet: dataSet, formats: formats)
        if let note = array.header.note { remarks.withLock { $0[path] = note } }
        return array
    }

    private func bytes(_ path: String, isWhole: Bool) throws -> any ByteSource {
        if !isWhole, let open { return try open(path) }
        switch try source(path) {
        case .file(let file): return try LocalFile(file)
        case .held(let bytes, let name): return HeldBytes(bytes, path: name)
        case .bundled: throw TensorFileError.noFormat(path: FileReference.shown(path), known: formats.names)
        }
    }

    /// The weights at `path`.
    ///
    /// - Throws: ``TensorFileError``.
    public func weights(_ path: String) throws -> [String: Tensor] {
        switch try source(path) {
        case .file(let file): try SafeTensors.read(file)
        case .held(let bytes, let name): try SafeTensors.decode(bytes, path: name)
        case .bundled(let weights): try SafeTensors.decode(weights.bytes, path: path)
        }
    }

    private func inspect(_ file: FileReference) -> FileFact {
        do {
            switch file.content {
            case .tensor:
                let facts = try array(file.path, dataSet: file.dataSet).look(file.region)
                return .tensor(facts, isProduct: try isProduct(file, facts))
            case .header: return .tensor(try array(file.path, dataSet: file.dataSet).header)
            case .weights:
                switch try source(file.path) {
                case .file(let place): return .weights(try SafeTensors.look(place))
                case .held(let bytes, let name): return .weights(try SafeTensors.look(name, bytes))
                // Those were looked at when they were made.
                case .bundled(let weights): return .weights(try SafeTensors.header(of: weights.bytes, path: file.path))
                }
            }
        } catch {
            return .unreadable(SystemReason.of(error))
        }
    }

    /// Values up to which an array may be a kernel that somebody convolves with.
    private static let largestKernel = 1 << 16

    /// Whether an array that may be a kernel is a product of a column and a row.
    private func isProduct(_ file: FileReference, _ facts: ArrayFacts) throws -> Bool? {
        guard file.region == nil, !facts.form.isPicture, facts.type.element == .float32, facts.type.shape.rank >= 2,
            facts.type.shape.count <= GraphFiles.largestKernel
        else { return nil }
        return RankOne.all(try array(file.path, dataSet: file.dataSet).image().image)
    }
}

extension FileFact {
    /// What an inspector says of an array or picture.
    fileprivate static func tensor(_ facts: ArrayFacts, isProduct: Bool?) -> FileFact {
        let values = facts.values.flatMap { scan in
            scan.range.map { range in
                ValueSummary(
                    minimum: range.lowerBound, maximum: range.upperBound, sum: scan.sum,
                    strays: Double(scan.strays) / Double(max(scan.count, 1)))
            }
        }
        return .tensor(
            facts.type,
            ArrayContents(
                isPicture: facts.form.isPicture, white: facts.form.white, values: values, isProduct: isProduct,
                scratchBytes: facts.header.scratchBytes, readsBoxes: facts.header.readsBoxes))
    }

    /// What it says where nobody looks at the values.
    fileprivate static func tensor(_ header: ArrayHeader) -> FileFact {
        .tensor(
            header.type,
            ArrayContents(
                isPicture: header.form.isPicture, white: header.form.white, scratchBytes: header.scratchBytes,
                readsBoxes: header.readsBoxes))
    }
}
