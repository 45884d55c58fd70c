import Foundation
import Messaging
import Runtime
import TensorFiles
import TestSupport
import Testing

@Suite("Files that a worker keeps")
struct FileStoreTests {
    private let contents = Data("some measurements".utf8)
    private var hash: String { ContentHash.of(Array(contents)) }

    @Test("are found by what is in them, under the ending that they had")
    func kept() throws {
        let folder = try TemporaryFolder()
        let store = try FileStore(folder: folder.file("kept"))
        #expect(store.path(hash: hash, of: "data/y-0.npy") == nil)
        let path = try store.add(hash: hash, of: "data/y-0.npy") { try $0.write(contentsOf: contents) }
        #expect(path == folder.file("kept/\(hash).npy"))
        #expect(store.path(hash: hash, of: "elsewhere/y.npy") == path)
        #expect(try Data(contentsOf: URL(filePath: path)) == contents)
    }

    @Test("are not believed where they are damaged, and come anew")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let store = try FileStore(folder: folder.file("kept"))
        let path = try store.add(hash: hash, of: "y.npy") { try $0.write(contentsOf: contents) }
        #expect(store.path(hash: hash, of: "y.npy") == path)
        // Of the same length.
        try Data("some measuremints".utf8).write(to: URL(filePath: path))
        #expect(store.path(hash: hash, of: "y.npy") == nil)
        #expect(try FileStore(folder: folder.file("kept")).path(hash: hash, of: "y.npy") == nil)
        _ = try store.add(hash: hash, of: "y.npy") { try $0.write(contentsOf: contents) }
        #expect(store.path(hash: hash, of: "y.npy") == path)
        #expect(try FileStore(folder: folder.file("kept")).path(hash: hash, of: "y.npy") == path)
    }

    @Test("are not kept where they changed on the way, or did not come")
    func broken() throws {
        let folder = try TemporaryFolder()
        let store = try FileStore(folder: folder.file("kept"))
        let text = "data/y-0.npy: the file has changed while it was sent; leave it as it is until the run begins"
        #expect(throws: RunError.data(text)) {
            try store.add(hash: hash, of: "data/y-0.npy") { try $0.write(contentsOf: Data("other".utf8)) }
        }
        #expect(throws: RunError.data("gone")) {
            try store.add(hash: hash, of: "y.npy") { _ in throw RunError.data("gone") }
        }
        #expect(throws: MessagingError.cancelled) {
            try store.add(hash: hash, of: "y.npy") { _ in throw MessagingError.cancelled }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("kept")) == [])
    }
}
