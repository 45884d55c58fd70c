internal import Foundation
internal import GraphModel
internal import Kernels
internal import Messaging
internal import TensorFiles

/// Answers workers that want files of the graph; no others.
struct FileRequests {
    private let files: GraphFiles
    private let known: Set<String>
    private var hashes: [String: (hash: String, bytes: Int)] = [:]
    private var requests: [Request: GraphFiles.Source] = [:]

    private struct Request: Hashable {
        let worker: Int
        let number: Int
    }

    init(_ files: GraphFiles) {
        self.files = files
        known = Set(files.facts.keys.map(\.path))
    }

    mutating func answer(_ worker: Int, _ request: Int, _ path: String) -> CoordinatorMessage {
        guard known.contains(path) else { return .noFile(request: request, reason: "\(path): no file of this graph") }
        do {
            let source = try files.source(path)
            let (hash, bytes) = try hashes[path] ?? FileRequests.hash(of: source)
            hashes[path] = (hash, bytes)
            requests[Request(worker: worker, number: request)] = source
            return .file(request: request, hash: hash, bytes: bytes)
        } catch {
            return .noFile(request: request, reason: "\(error)")
        }
    }

    private static func hash(of source: GraphFiles.Source) throws -> (hash: String, bytes: Int) {
        switch source {
        case .bundled(let weights):
            let bytes = weights.bytes
            return (ContentHash.of(bytes), bytes.count)
        case .file(let place):
            let hash = try ContentHash.ofFile(place)
            // Of the file itself, where a link leads to it.
            let file = URL(filePath: place).resolvingSymlinksInPath().path(percentEncoded: false)
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            return (hash, attributes[.size] as? Int ?? 0)
        }
    }

    private static func contents(of source: GraphFiles.Source) throws -> [UInt8] {
        switch source {
        case .bundled(let weights): return weights.bytes
        case .file(let place):
            guard let contents = FileManager.default.contents(atPath: place) else {
                throw RunError.data(
                    "\(place): the file can no longer be read; leave it where it is until the run begins")
            }
            return Array(contents)
        }
    }

    /// - Throws: where the file can no longer be read; nothing is sent for a request that was not answered.
    func send(
        _ worker: Int, _ request: Int, to address: PostOffice.Address, by office: PostOffice, run: UInt64
    ) throws {
        guard let source = requests[Request(worker: worker, number: request)],
            let number = UInt32(exactly: request)
        else { return }
        let contents = try FileRequests.contents(of: source)
        var offset = 0
        while offset < contents.count {
            let part = contents[offset..<min(offset + FrameHeader.largestPayload, contents.count)]
            let header = FrameHeader(
                .file, run: run, transfer: number, offset: offset, total: contents.count, length: part.count)
            office.send(header, .bytes(Array(part)), to: address)
            offset += part.count
        }
    }
}
