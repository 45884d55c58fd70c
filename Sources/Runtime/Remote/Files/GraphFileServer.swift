internal import Foundation
internal import GraphModel
package import Kernels
package import Messaging
internal import TensorFiles

/// Looks into the files of a graph for workers that want them, and reads the parts that they are sent.
package struct GraphFileServer {
    private let files: GraphFiles

    /// Files travel in parts of so many bytes, each when it is asked for: neither end holds more than a few of them.
    static let partBytes = ZeroMQTransport.smallPart

    package init(_ files: GraphFiles) {
        self.files = files
    }

    /// The paths of the graph's files.
    package var paths: Set<String> { Set(files.facts.keys.map(\.path)) }

    /// What is in a file.
    package func look(_ path: String) -> FileRequest.Answer {
        do {
            let content = try files.content(of: path)
            return .file(path: path, hash: content.hash, bytes: content.bytes)
        } catch {
            return .missing(reason: SystemReason.of(error))
        }
    }

    /// The part of a file that begins at `offset`, with the header that it travels under.
    ///
    /// - Throws: ``RunError/data(_:)`` where the file can no longer be read, or is shorter than it was announced.
    package func part(
        of request: FileRequest, from offset: Int, run: UInt64, epoch: UInt32
    ) throws(RunError) -> (header: FrameHeader, bytes: [UInt8]) {
        let part = try bytes(of: request, from: offset, count: min(Self.partBytes, request.bytes - offset))
        let header = FrameHeader(
            .file, run: run, epoch: epoch, transfer: UInt32(clamping: request.number), offset: offset,
            total: request.bytes,
            length: part.count)
        return (header, part)
    }

    private func bytes(of request: FileRequest, from offset: Int, count: Int) throws(RunError) -> [UInt8] {
        let part: [UInt8]?
        switch try? files.source(request.path) {
        case .bundled(let weights)?: part = weights.bytes(in: offset..<offset + count)
        case .held(let bytes, _)?: part = Array(bytes[offset..<offset + count])
        case .file(let place)?: part = GraphFileServer.read(place, from: offset, count: count)
        case nil: part = nil
        }
        guard let part, part.count == count else {
            throw .data(
                "\(place(of: request)): the file can no longer be read, or has changed; leave it as it is until the run begins"
            )
        }
        return part
    }

    private func place(of request: FileRequest) -> String {
        if case .file(let place)? = try? files.source(request.path) { return place }
        return request.path
    }

    private static func read(_ place: String, from offset: Int, count: Int) -> [UInt8]? {
        guard let handle = try? FileHandle(forReadingFrom: URL(filePath: place)),
            (try? handle.seek(toOffset: UInt64(offset))) != nil, let part = try? handle.read(upToCount: count)
        else { return nil }
        return Array(part)
    }
}
