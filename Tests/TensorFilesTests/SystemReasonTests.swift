internal import Foundation
internal import TensorFiles
internal import Testing

@Suite("What Foundation throws, in words")
struct SystemReasonTests {
    private struct Own: Error, CustomStringConvertible {
        let description = "words of our own"
    }

    private func words(_ body: () throws -> Void) throws -> String {
        let error = try #require(throws: (any Error).self) { try body() }
        let words = SystemReason.of(error)
        for raw in ["Domain", "UserInfo", "Code=", "NSCocoa", "NSPOSIX", "Optional(", "\n"] {
            #expect(!words.contains(raw), "\(words)")
        }
        return words
    }

    @Test("Files: the system's words, with the path")
    func files() throws {
        let folder = try Folder()
        let file = try folder.file("file", [1])
        let missing = folder.path("missing")
        let manager = FileManager.default
        let long = folder.path(String(repeating: "n", count: 300))
        let tooLong = try words { try manager.createDirectory(atPath: long, withIntermediateDirectories: true) }
        #expect(tooLong == "\(long): File name too long")
        #expect(
            try words { try manager.createDirectory(atPath: "\(file)/x", withIntermediateDirectories: true) }
                == "\(file)/x: Not a directory")
        #expect(
            try words { try manager.createDirectory(atPath: file, withIntermediateDirectories: true) }
                == "\(file): File exists")
        for body: () throws -> Void in [
            { _ = try Data(contentsOf: URL(filePath: missing)) }, { try manager.removeItem(atPath: missing) },
            { try manager.moveItem(atPath: missing, toPath: folder.path("other")) },
            { _ = try manager.attributesOfItem(atPath: missing) },
            { _ = try String(contentsOfFile: missing, encoding: .utf8) },
        ] {
            let found = try words(body)
            #expect(found == "\(missing): No such file or directory")
        }
        #expect(SystemReason.of(CocoaError(.fileWriteOutOfSpace)) == "No space left on device")
        #expect(SystemReason.of(CocoaError(.fileWriteVolumeReadOnly)) == "Read-only file system")
        #expect(SystemReason.of(POSIXError(.EMFILE)) == "Too many open files")
        // A number that means nothing to anybody is still one line.
        _ = try words { throw NSError(domain: "NSCocoaErrorDomain", code: 999_999) }
    }

    @Test(
        "Handles of files: the system's words", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), ""))
    func handle() throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        #expect(try words { try full.write(contentsOf: Data([1])) } == "No space left on device")
        #expect(
            "\(TensorFileError.writing("x.npy", CocoaError(.fileWriteOutOfSpace)))"
                == "x.npy: cannot be written (No space left on device); check the folder, its permissions and the free space"
        )
    }

    @Test("JSON: what the decoder or encoder has against it")
    func json() throws {
        func decoding(_ text: String) throws -> String {
            try words { _ = try JSONDecoder().decode([String: Int].self, from: Data(text.utf8)) }
        }
        for text in ["{", "", "[1]", #"{"a": "b"}"#, #"{"a": 1.5}"#] { #expect(try !decoding(text).isEmpty) }
        _ = try words { _ = try JSONEncoder().encode([Double.nan]) }
    }

    @Test("Our own errors say what they say")
    func own() {
        #expect(SystemReason.of(Own()) == "words of our own")
        #expect(SystemReason.of(Own(), at: "p") == "p: words of our own")
        let missing = TensorFileError.missing(path: "p")
        #expect(SystemReason.of(missing) == missing.description)
        #expect(SystemReason.of(missing, at: "p") == missing.description)
    }

    @Test("A file longer than files may be is told with the limit")
    func sizeLimit() {
        #expect(
            "\(TensorFileError.beyondSizeLimit(path: "p", limit: 51200))"
                == "p: cannot be written: it is longer than files may be here, which is 51200 bytes; "
                + "raise that limit (ulimit -f)")
        #expect(
            "\(TensorFileError.beyondSizeLimit(path: "p", limit: nil))"
                == "p: cannot be written: it is longer than a file may be on this file system; choose another")
    }
}
