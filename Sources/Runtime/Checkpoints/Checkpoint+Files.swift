internal import Foundation
package import GraphModel
internal import TensorFiles
internal import Tensors

extension Checkpoint {
    /// What stands in `checkpoint.json`.
    struct Header: Codable {
        var version: Int
        var graph: String
        var iteration: Int
        var rewriting: Rewriting
        var parameters: [String: String]
        /// Hashes of the files that the run read, by their paths in the graph.
        var inputs: [String: String]
        /// For every state the file that holds its value.
        var states: [ValueID: String]
        /// Missing in those from before any was kept.
        var convergence: ConvergenceHistory?
    }

    /// All that can be told of a checkpoint of any version.
    private struct AnyHeader: Decodable {
        let version: Int
    }

    private static let version = 3
    private static let headerName = "checkpoint.json"
    /// Iterations that a graph may have run for.
    private static let possibleIterations = 0...1_000_000_000

    /// Reads a checkpoint: the one in `folder` or, where a crash has left none there, the one that it left beside it.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` saying what is missing or wrong.
    package init(folder: String) throws(RunError) {
        var complaint: RunError?
        for place in CheckpointPlaces(folder).existing {
            do throws(RunError) {
                self = try Checkpoint(at: place)
                return
            } catch {
                complaint = complaint ?? error
            }
        }
        throw complaint
            ?? .checkpoint("\(folder): there is no checkpoint that can be read here; name the folder of a run")
    }

    /// Reads the checkpoint in just this folder.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` where it is not, byte for byte, what was written.
    init(at folder: String) throws(RunError) {
        let data: Data
        let version: Int
        do {
            data = try Data(contentsOf: URL(filePath: folder).appending(path: Checkpoint.headerName))
            version = try JSONDecoder().decode(AnyHeader.self, from: data).version
        } catch {
            throw .checkpoint("\(folder): there is no checkpoint that can be read here; name the folder of a run")
        }
        guard version == Checkpoint.version else {
            throw .checkpoint(
                "\(folder): the checkpoint is of version \(version) and this program reads version "
                    + "\(Checkpoint.version), which can tell whether inputs have changed; go on with the program that "
                    + "wrote it, or begin a new run")
        }
        let seal = try CheckpointSeal(folder: folder)
        try seal.check(Checkpoint.headerName, ContentHash.of(Array(data)))
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: data)
        } catch {
            throw .checkpoint("\(folder): the checkpoint is damaged: \(SystemReason.of(error)); begin a new run")
        }
        guard Checkpoint.possibleIterations.contains(header.iteration) else {
            throw .checkpoint("\(folder): the checkpoint is damaged: it is from iteration \(header.iteration)")
        }
        var states: [ValueID: Tensor] = [:]
        for (id, file) in header.states.sorted(by: { $0.key.description < $1.key.description }) {
            guard !file.contains("/") else {
                throw .checkpoint("\(folder): '\(file)' is not a file name of a checkpoint")
            }
            try seal.check(file, (try? ContentHash.ofFile("\(folder)/\(file)")) ?? "")
            do throws(TensorFileError) {
                states[id] = try NPY.read("\(folder)/\(file)")
            } catch {
                throw .checkpoint("\(error)")
            }
        }
        try seal.checkNames([Checkpoint.headerName] + header.states.values)
        self.init(header, states: states)
    }

    /// Writes the checkpoint beside an older one and then puts it in its place: whatever happens meanwhile, to this
    /// program or the machine, ``init(folder:)`` finds the one or the other.
    ///
    /// - Parameter step: Called after each thing that is done to the disk; what it throws ends the writing there, as a
    ///   crash would.
    /// - Throws: ``TensorFileError`` in the system's words, or what `step` throws.
    package func write(to folder: String, afterEach step: () throws -> Void = {}) throws {
        let places = CheckpointPlaces(folder)
        try places.clear(afterEach: step)
        do {
            try writeFiles(to: places.fresh, afterEach: step)
        } catch let error as TensorFileError {
            // A part of one serves nobody, and takes room.
            try? Folder.remove(places.fresh)
            throw error
        }
        try places.swap(afterEach: step)
    }

    private func writeFiles(to folder: String, afterEach step: () throws -> Void) throws {
        try Folder.make(folder)
        try step()
        var names: [ValueID: String] = [:]
        var hashes: [String: String] = [:]
        func write(_ bytes: [UInt8], as name: String) throws {
            try AtomicFile.write(bytes, to: "\(folder)/\(name)")
            hashes[name] = ContentHash.of(bytes)
            try step()
        }
        for (number, state) in states.sorted(by: { $0.key.description < $1.key.description }).enumerated() {
            let name = "state-\(number).npy"
            try write(NPY.encode(state.value), as: name)
            names[state.key] = name
        }
        let header = Header(
            version: Checkpoint.version, graph: graph, iteration: iteration, rewriting: rewriting,
            parameters: parameters, inputs: inputs, states: names, convergence: history)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(Array(encoder.encode(header)), as: Checkpoint.headerName)
        try CheckpointSeal(hashes, folder: folder).write()
        try step()
    }

    /// Bytes that the checkpoint of a run takes at most, beside its states' files.
    package static func headerBytes(_ expansion: Expansion, inputs: Int) -> Int {
        let named = expansion.instances.reduce(0) { bytes, instance in
            instance.isState ? bytes + 2 * instance.id.description.utf8.count + 200 : bytes
        }
        let parameters = expansion.graph.parameters.reduce(0) {
            $0 + 2 * ($1.name.utf8.count + $1.value.description.utf8.count) + 20
        }
        return 4096 + named + parameters + inputs
    }
}
