internal import Foundation
internal import GraphModel
package import Kernels
package import Messaging
internal import TensorFiles

/// Answers workers that want files of the graph; no others.
package struct FileRequests {
    private let files: GraphFiles
    private let known: Set<String>
    private var requests: [Request: Announced] = [:]

    /// Files travel in parts of so many bytes, each when it is asked for: neither end holds more than a few of them.
    static let partBytes = ZeroMQTransport.smallPart

    private struct Announced {
        let source: GraphFiles.Source
        let bytes: Int
    }

    private struct Request: Hashable {
        let worker: Int
        let number: Int
    }

    package init(_ files: GraphFiles) {
        self.files = files
        known = Set(files.facts.keys.map(\.path))
    }

    package mutating func answer(_ worker: Int, _ request: Int, _ path: String) -> CoordinatorMessage {
        guard known.contains(path) else { return .noFile(request: request, reason: "\(path): no file of this graph") }
        do {
            let content = try files.content(of: path)
            requests[Request(worker: worker, number: request)] = Announced(
                source: try files.source(path), bytes: content.bytes)
            return .file(request: request, hash: content.hash, bytes: content.bytes)
        } catch {
            return .noFile(request: request, reason: SystemReason.of(error))
        }
    }

    /// Sends the part of a file that begins at `offset`.
    ///
    /// - Returns: what to answer instead where there is no such part, or no such request.
    /// - Throws: ``RunError/data(_:)`` where the file can no longer be read, or is shorter than it was announced.
    package func send(
        _ worker: Int, _ request: Int, from offset: Int, to address: PostOffice.Address, by office: PostOffice,
        run: UInt64
    ) throws(RunError) -> CoordinatorMessage? {
        guard let announced = requests[Request(worker: worker, number: request)],
            let number = UInt32(exactly: request), (0..<announced.bytes).contains(offset)
        else { return .noFile(request: request, reason: "a part was asked for that no file of this graph has") }
        let count = min(FileRequests.partBytes, announced.bytes - offset)
        let part = try FileRequests.part(of: announced.source, from: offset, count: count)
        let header = FrameHeader(
            .file, run: run, transfer: number, offset: offset, total: announced.bytes, length: part.count)
        office.send(header, .bytes(part), to: address)
        return nil
    }

    private static func part(
        of source: GraphFiles.Source, from offset: Int, count: Int
    ) throws(RunError) -> [UInt8] {
        switch source {
        case .bundled(let weights): return weights.bytes(in: offset..<offset + count)
        case .held(let bytes, _): return Array(bytes[offset..<offset + count])
        case .file(let place):
            let part: Data?
            do {
                let handle = try FileHandle(forReadingFrom: URL(filePath: place))
                try handle.seek(toOffset: UInt64(offset))
                part = try handle.read(upToCount: count)
            } catch {
                part = nil
            }
            guard let part, part.count == count else {
                throw .data(
                    "\(place): the file can no longer be read, or has changed; leave it as it is until the run begins")
            }
            return Array(part)
        }
    }
}
