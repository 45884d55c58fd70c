internal import Foundation
internal import TensorFiles

/// The hashes of a checkpoint's files, as `sha256sum --check` reads them: with them it is known whether every byte of it is
/// what was written.
struct CheckpointSeal {
    private static let name = "SHA256SUMS"

    private let folder: String
    private let hashes: [String: String]

    /// - Parameter hashes: By name of the file.
    init(_ hashes: [String: String], folder: String) {
        self.hashes = hashes
        self.folder = folder
    }

    /// Reads the seal of a checkpoint.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` where there is none, or a damaged one.
    init(folder: String) throws(RunError) {
        self.folder = folder
        let data = PlainFile.contents("\(folder)/\(CheckpointSeal.name)") ?? Data()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        hashes = Dictionary(
            lines.map { (String($0.dropFirst(66)), String($0.prefix(64))) }, uniquingKeysWith: { first, _ in first })
        // What is read must be all that is there.
        guard !hashes.isEmpty, Array(data) == text else { throw damaged(CheckpointSeal.name) }
    }

    /// - Throws: ``RunError/checkpoint(_:)`` where the file of that name had another hash when it was written.
    func check(_ name: String, _ hash: String) throws(RunError) {
        guard hashes[name] == hash else { throw damaged(name) }
    }

    /// - Throws: ``RunError/checkpoint(_:)`` where the checkpoint had other files than these.
    func checkNames(_ names: [String]) throws(RunError) {
        guard Set(names) == Set(hashes.keys) else { throw damaged(CheckpointSeal.name) }
    }

    func write() throws(TensorFileError) {
        try AtomicFile.write(text, to: "\(folder)/\(CheckpointSeal.name)")
    }

    private var text: [UInt8] {
        Array(hashes.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined().utf8)
    }

    private func damaged(_ name: String) -> RunError {
        .checkpoint(
            "\(folder): the checkpoint is damaged: \(name) is missing or not what was written; begin a new run")
    }
}
