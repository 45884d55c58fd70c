internal import Foundation
package import GraphModel
internal import TensorFiles
package import Tensors

/// Every state of a run after an iteration, and what is needed to go on from it.
package struct Checkpoint: Sendable {
    /// Iterations that a graph may have run for.
    private static let possibleIterations = 0...1_000_000_000

    private struct Header: Codable {
        var version: Int
        var graph: String
        var iteration: Int
        var rewriting: Rewriting
        var parameters: [String: String]
        var states: [String: String]
        /// Missing in those from before any was kept.
        var convergence: ConvergenceHistory?
    }

    private static let version = 2
    private static let headerName = "checkpoint.json"

    /// The iteration the states are from.
    package let iteration: Int
    /// What parameters were set to, as texts for `--set`.
    package let parameters: [String: String]
    /// Whether the graph was rewritten, which decides bits.
    package let rewriting: Rewriting
    /// What is known of the convergence of the run.
    package let history: ConvergenceHistory?
    private let graph: String
    private let states: [String: Tensor]

    package init(
        _ expansion: Expansion, iteration: Int, states: [Int: Tensor], history: ConvergenceHistory? = nil
    ) throws {
        self.iteration = iteration
        self.history = history
        graph = try Checkpoint.fingerprint(expansion.declared)
        rewriting = expansion.rewriting
        parameters = Dictionary(
            expansion.graph.parameters.map { ($0.name, $0.value.description) }, uniquingKeysWith: { first, _ in first })
        self.states = Dictionary(
            states.map { (expansion.instances[$0.key].id, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads a checkpoint.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` saying what is missing or wrong.
    package init(folder: String) throws(RunError) {
        let header: Header
        do {
            let data = try Data(contentsOf: URL(filePath: folder).appending(path: Checkpoint.headerName))
            header = try JSONDecoder().decode(Header.self, from: data)
        } catch {
            throw .checkpoint("\(folder): there is no checkpoint that can be read here; name the folder of a run")
        }
        guard header.version == Checkpoint.version else {
            throw .checkpoint(
                "\(folder): the checkpoint is of version \(header.version); this program reads version "
                    + "\(Checkpoint.version)")
        }
        guard Checkpoint.possibleIterations.contains(header.iteration) else {
            throw .checkpoint("\(folder): the checkpoint is damaged: it is from iteration \(header.iteration)")
        }
        var states: [String: Tensor] = [:]
        for (id, file) in header.states.sorted(by: { $0.key < $1.key }) {
            guard !file.contains("/") else {
                throw .checkpoint("\(folder): '\(file)' is not a file name of a checkpoint")
            }
            do {
                states[id] = try NPY.read("\(folder)/\(file)")
            } catch {
                throw .checkpoint("\(error)")
            }
        }
        iteration = header.iteration
        parameters = header.parameters
        graph = header.graph
        rewriting = header.rewriting
        history = header.convergence
        self.states = states
    }

    /// Checks that a run of `graph` may go on from here.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` where the checkpoint is of another graph.
    package func check(_ graph: Graph) throws(RunError) {
        let fingerprint = (try? Checkpoint.fingerprint(graph)) ?? ""
        guard fingerprint != self.graph else { return }
        throw .checkpoint(
            "the checkpoint is of another graph, or of this one with other parameters; "
                + "only the number of iterations\(graph.stop == nil ? "" : " and the threshold of the stop rule") may change"
        )
    }

    /// The states by position of their instance.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` where the checkpoint is of another graph.
    package func states(for expansion: Expansion) throws(RunError) -> [Int: Tensor] {
        try check(expansion.declared)
        var found: [Int: Tensor] = [:]
        for (position, instance) in expansion.instances.enumerated() {
            guard case .state = instance.content else { continue }
            guard let state = states[instance.id], state.type == instance.type else {
                throw .checkpoint("the checkpoint holds no state '\(instance.id)' of \(instance.type)")
            }
            found[position] = state
        }
        return found
    }

    /// Writes the checkpoint beside an older one and then puts it in its place.
    ///
    /// - Throws: what the file system says.
    package func write(to folder: String) throws {
        let fresh = folder + ".new"
        let old = folder + ".old"
        let manager = FileManager.default
        for leftover in [fresh, old] where manager.fileExists(atPath: leftover) {
            try manager.removeItem(atPath: leftover)
        }
        try manager.createDirectory(atPath: fresh, withIntermediateDirectories: true)
        var names: [String: String] = [:]
        for (number, state) in states.sorted(by: { $0.key < $1.key }).enumerated() {
            let name = "state-\(number).npy"
            try NPY.write(state.value, to: "\(fresh)/\(name)")
            names[state.key] = name
        }
        let header = Header(
            version: Checkpoint.version, graph: graph, iteration: iteration, rewriting: rewriting,
            parameters: parameters, states: names, convergence: history)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(header), to: "\(fresh)/\(Checkpoint.headerName)")
        if manager.fileExists(atPath: folder) { try manager.moveItem(atPath: folder, toPath: old) }
        try manager.moveItem(atPath: fresh, toPath: folder)
        if manager.fileExists(atPath: old) { try manager.removeItem(atPath: old) }
    }

    /// A hash (FNV-1a) of the graph and its parameters, whenever a run of it ends.
    private static func fingerprint(_ graph: Graph) throws -> String {
        let hash = try graph.withIterations(1).withTolerance(0).fileText().utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
