import Foundation
import Kernels
import Messaging
import Runtime
import TensorFiles
import Tensors
import Testing

@Suite("Workers' requests for files")
struct FileRequestsTests {
    private func job(_ folder: TemporaryFolder) throws -> Job {
        try Job("pnp", ["image": try folder.image([1, 3, 71, 58]), "iterations": "1"])
    }

    private func isRefusal(_ message: CoordinatorMessage?, _ request: Int) -> Bool {
        guard case .noFile(request, _)? = message else { return false }
        return true
    }

    @Test("are answered for files of the graph, and for no others")
    func answers() throws {
        let folder = try TemporaryFolder()
        var requests = FileRequests(try job(folder).files)
        let image = folder.file("image.npy")
        guard case .file(7, let hash, let bytes) = requests.answer(0, 7, image) else {
            Issue.record("the image is a file of the graph")
            return
        }
        let contents = try Data(contentsOf: URL(filePath: image))
        #expect(hash == ContentHash.of(Array(contents)) && bytes == contents.count)
        for path in ["/etc/passwd", "", folder.file("other.npy")] {
            #expect(isRefusal(requests.answer(0, 8, path), 8), "\(path)")
        }
    }

    @Test("for parts that there are not are refused in words, not left without an answer")
    func parts() throws {
        let folder = try TemporaryFolder()
        var requests = FileRequests(try job(folder).files)
        let office = try PostOffice(Context(), listenAt: nil) { _, _, _ in }
        func send(_ worker: Int, _ request: Int, _ offset: Int) throws -> CoordinatorMessage? {
            try requests.send(worker, request, from: offset, to: .peer(1), by: office, run: 1)
        }
        #expect(isRefusal(try send(0, 7, 0), 7), "it was not announced")
        guard case .file(_, _, let bytes) = requests.answer(0, 7, folder.file("image.npy")) else { return }
        #expect(try send(0, 7, 0) == nil)
        #expect(try send(0, 7, bytes - 1) == nil)
        for offset in [-1, bytes, .max, .min] { #expect(isRefusal(try send(0, 7, offset), 7), "\(offset)") }
        #expect(isRefusal(try send(1, 7, 0), 7), "another worker's request")
        #expect(isRefusal(try send(0, -7, 0), -7))
    }

    @Test("end the run where the file is gone or shorter meanwhile")
    func changed() throws {
        let folder = try TemporaryFolder()
        let image = folder.file("image.npy")
        var requests = FileRequests(try job(folder).files)
        let office = try PostOffice(Context(), listenAt: nil) { _, _, _ in }
        guard case .file = requests.answer(0, 7, image) else { return }
        let line = "\(image): the file can no longer be read, or has changed; leave it as it is until the run begins"
        try Data([1, 2, 3]).write(to: URL(filePath: image))
        #expect(throws: RunError.data(line)) {
            try requests.send(0, 7, from: 0, to: .peer(1), by: office, run: 1)
        }
        try FileManager.default.removeItem(atPath: image)
        #expect(throws: RunError.data(line)) {
            try requests.send(0, 7, from: 0, to: .peer(1), by: office, run: 1)
        }
    }
}
