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
    private var requests: [Request: String] = [:]

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
            let place = try files.absolute(path)
            if hashes[path] == nil {
                let hash = try ContentHash.ofFile(place)
                // Of the file itself, where a link leads to it.
                let file = URL(filePath: place).resolvingSymlinksInPath().path(percentEncoded: false)
                let attributes = try FileManager.default.attributesOfItem(atPath: file)
                hashes[path] = (hash, attributes[.size] as? Int ?? 0)
            }
            guard let (hash, bytes) = hashes[path] else { return .noFile(request: request, reason: path) }
            requests[Request(worker: worker, number: request)] = place
            return .file(request: request, hash: hash, bytes: bytes)
        } catch {
            return .noFile(request: request, reason: "\(error)")
        }
    }

    /// - Throws: where the file can no longer be read; nothing is sent for a request that was not answered.
    func send(
        _ worker: Int, _ request: Int, to address: PostOffice.Address, by office: PostOffice, run: UInt64
    ) throws {
        guard let place = requests[Request(worker: worker, number: request)],
            let number = UInt32(exactly: request)
        else { return }
        guard let contents = FileManager.default.contents(atPath: place) else {
            throw RunError.data("\(place): the file can no longer be read; leave it where it is until the run begins")
        }
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
