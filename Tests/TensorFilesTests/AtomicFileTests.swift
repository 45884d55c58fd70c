internal import Foundation
internal import TensorFiles
internal import Testing

@Suite("AtomicFile")
struct AtomicFileTests {
    @Test("Writes any collection of bytes, and leaves nothing else", arguments: [0, 1, 100_000])
    func writes(count: Int) throws {
        let folder = try Folder()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try AtomicFile.write(bytes, to: folder.path("a"))
        try AtomicFile.write(Data(bytes), to: folder.path("b"))
        try AtomicFile.write(bytes.lazy.map { $0 }, to: folder.path("c"))
        #expect(try folder.names == ["a", "b", "c"])
        for name in ["a", "b", "c"] {
            #expect(try Data(contentsOf: URL(filePath: folder.path(name))) == Data(bytes))
        }
    }

    @Test("Replaces the file that is there")
    func replaces() throws {
        let folder = try Folder()
        let path = try folder.file("a", [1, 2, 3])
        try AtomicFile.write([4], to: path)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([4]))
        #expect(try folder.names == ["a"])
    }

    @Test("Writes where symbolic links lead, which stay, also where nothing is yet; a ring of them is refused")
    func links() throws {
        let folder = try Folder()
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.path("there"), withIntermediateDirectories: true)
        try manager.createSymbolicLink(atPath: folder.path("a"), withDestinationPath: "there/b")
        try manager.createSymbolicLink(atPath: folder.path("there/b"), withDestinationPath: folder.path("there/c"))
        for byte in [1, 2] as [UInt8] {
            try AtomicFile.write([byte], to: folder.path("a"))
            #expect(try Data(contentsOf: URL(filePath: folder.path("there/c"))) == Data([byte]))
        }
        #expect(try manager.destinationOfSymbolicLink(atPath: folder.path("a")) == "there/b")
        #expect(try manager.contentsOfDirectory(atPath: folder.path("there")).sorted() == ["b", "c"])
        try manager.createSymbolicLink(atPath: folder.path("ring"), withDestinationPath: "ring")
        #expect(throws: TensorFileError.self) { try AtomicFile.write([1], to: folder.path("ring")) }
    }

    @Test("A relative path, and a name as long as the system allows")
    func names() throws {
        let folder = try Folder()
        try AtomicFile.write([1], to: folder.path(String(repeating: "n", count: 255)))
        #expect(try folder.names.count == 1)

        let name = "graphrun-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: name) }
        try AtomicFile.write([7], to: name)
        #expect(try Data(contentsOf: URL(filePath: name)) == Data([7]))
    }

    @Test("A writer that fails leaves the old file, and nothing half written")
    func failure() throws {
        let folder = try Folder()
        let path = try folder.file("a", [1, 2, 3])
        let failure = TensorFileError.unwritable(path: path, reason: "the disk is full")
        #expect(throws: failure) {
            try AtomicFile.write(to: path) { (temporary) throws(TensorFileError) in
                try AtomicFile.write([9], to: temporary)
                throw failure
            }
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
        #expect(try folder.names == ["a"])
    }

    @Test("A pipe is written to, not replaced")
    func pipe() async throws {
        let folder = try Folder()
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        // Read and write, so that neither end waits for the other.
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        try AtomicFile.write([1, 2, 3], to: path)
        var bytes = [UInt8](repeating: 0, count: 3)
        #expect(read(descriptor, &bytes, 3) == 3)
        #expect(bytes == [1, 2, 3])
        #expect(try folder.names == ["pipe"])
        #expect(throws: TensorFileError.notAFile(path: path)) {
            try AtomicFile.write(to: path) { (_) throws(TensorFileError) in }
        }
    }

    @Test("A device is not replaced", arguments: ["/dev/null"])
    func device(path: String) throws {
        try AtomicFile.write([1, 2, 3], to: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test("A library writes to a temporary path in the same folder")
    func library() throws {
        let folder = try Folder()
        try AtomicFile.write(to: folder.path("a")) { (temporary) throws(TensorFileError) in
            #expect(temporary != folder.path("a"))
            #expect(temporary.hasPrefix(folder.path(".partial-")))
            #expect(FileManager.default.createFile(atPath: temporary, contents: Data([5, 6])))
        }
        #expect(try Data(contentsOf: URL(filePath: folder.path("a"))) == Data([5, 6]))
        #expect(try folder.names == ["a"])
    }

    @Test("What cannot be written says why")
    func messages() throws {
        let folder = try Folder()
        func message(_ path: String) -> String? {
            #expect(throws: TensorFileError.self) { try AtomicFile.write([1], to: path) }?.description
        }
        let hint = "check the folder, its permissions and the free space"
        let absent = folder.path("absent/a")
        #expect(message(absent) == "\(absent): cannot be written (No such file or directory); \(hint)")
        try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: true)
        #expect(message(folder.path("folder")) == "\(folder.path("folder")): is a folder; give the path of a file")
        let unusable = "not a usable path; give one that is not empty and holds no zero character"
        #expect(message("") == "'': \(unusable)")
        #expect(message("a\0b") == "'a\\0b': \(unusable)")
        #expect(try folder.names == ["folder"])
    }
}
