internal import Foundation
internal import TensorFiles
internal import TestSupport
internal import Testing

/// Pipes; standard input is tried with the command line.
@Suite("Streams", .timeLimit(.minutes(10)))
struct ByteStreamTests {
    /// A pipe with a name, into which `bytes` are sent once.
    private func pipe(_ bytes: [UInt8], in folder: Folder) -> String {
        let path = folder.path("pipe-\(UUID().uuidString)")
        #expect(mkfifo(path, 0o600) == 0)
        Thread.detachNewThread {
            let descriptor = open(path, O_WRONLY)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                sent += count
            }
            close(descriptor)
        }
        return path
    }

    @Test("are read whole, once, and serve one purpose", arguments: [0, 3, 300_000])
    func reading(count: Int) throws {
        let folder = try Folder()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let path = pipe(bytes, in: folder)
        #expect(ByteStream.isOne(path))
        #expect(try InputBytes.read(path, as: "a host file") == bytes)
        #expect(try InputBytes.read(path, as: "a host file") == bytes)
        let error = #expect(throws: TensorFileError.self) { try InputBytes.read(path, as: "a .graph file") }
        #expect(
            error?.description
                == "\(path): has been read already, as a host file; give one of both by the name of a file")
    }

    @Test("are told from files, folders and devices")
    func kinds() throws {
        let folder = try Folder()
        let path = try folder.file("f", [1, 2])
        #expect(!ByteStream.isOne(path) && !ByteStream.isOne(folder.path(".")) && !ByteStream.isOne("/dev/null"))
        #expect(!ByteStream.isOne(folder.path("none")) && ByteStream.isOne("-"))
        #expect(try InputBytes.read(path, as: "a host file") == [1, 2])
        #expect(ByteStream.name("-") == "standard input" && ByteStream.name("a") == "a")
        #expect(ByteStream.isStandardOutput("-") && !ByteStream.isStandardOutput("out.png"))
    }
}
