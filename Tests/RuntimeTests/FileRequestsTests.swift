import Foundation
import GraphModel
import Kernels
import Messaging
import Runtime
import Scheduling
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Workers' requests for files")
struct FileRequestsTests {
    private func job(_ folder: TemporaryFolder) throws -> Job {
        try Job("pnp", ["image": try folder.image([1, 3, 71, 58]), "iterations": "1"])
    }

    private func machine(_ job: Job) throws -> CoordinatorMachine {
        CoordinatorMachine(
            try job.plan(workers: 2), endpoints: ["tcp://a:1", "tcp://b:2"], paths: GraphFileServer(job.files).paths,
            monitor: ConvergenceMonitor(nil), now: .now)
    }

    /// Whether a worker is told that there is no such file or part.
    private func isRefusal(_ commands: [CoordinatorMachine.Command], _ request: Int) -> Bool {
        guard commands.count == 1, case .tell(_, .noFile(request, _)) = commands[0] else { return false }
        return true
    }

    @Test("are answered for files of the graph, and for no others")
    func answers() throws {
        let folder = try TemporaryFolder()
        let job = try job(folder)
        var machine = try machine(job)
        let image = folder.file("image.npy")
        let wanted = machine.handle(.heard(worker: 0, epoch: 0, .want(request: 7, path: image)), at: .now)
        guard wanted.count == 1, case .look(0, 7, image) = wanted[0] else {
            Issue.record("the image is a file of the graph: \(wanted)")
            return
        }
        let answer = GraphFileServer(job.files).look(image)
        let contents = try Data(contentsOf: URL(filePath: image))
        #expect(answer == .file(path: image, hash: ContentHash.of(Array(contents)), bytes: contents.count))
        let told = machine.handle(.looked(worker: 0, request: 7, answer), at: .now)
        guard told.count == 1, case .tell(0, .file(7, _, contents.count)) = told[0] else {
            Issue.record("the answer is passed on: \(told)")
            return
        }
        for path in ["/etc/passwd", "", folder.file("other.npy")] {
            #expect(
                isRefusal(machine.handle(.heard(worker: 0, epoch: 0, .want(request: 8, path: path)), at: .now), 8),
                "\(path)")
        }
        #expect(
            isRefusal(machine.handle(.looked(worker: 1, request: 9, .missing(reason: "it is gone")), at: .now), 9))
    }

    @Test("for parts that there are not are refused in words, not left without an answer")
    func parts() throws {
        let folder = try TemporaryFolder()
        let job = try job(folder)
        var machine = try machine(job)
        func send(_ worker: Int, _ request: Int, _ offset: Int) -> [CoordinatorMachine.Command] {
            machine.handle(.heard(worker: worker, epoch: 0, .send(request: request, from: offset)), at: .now)
        }
        func isSent(_ commands: [CoordinatorMachine.Command]) -> Bool {
            guard commands.count == 1, case .sendPart = commands[0] else { return false }
            return true
        }
        #expect(isRefusal(send(0, 7, 0), 7), "it was not announced")
        let answer = GraphFileServer(job.files).look(folder.file("image.npy"))
        guard case .file(_, _, let bytes) = answer else { return }
        _ = machine.handle(.looked(worker: 0, request: 7, answer), at: .now)
        #expect(isSent(send(0, 7, 0)) && isSent(send(0, 7, bytes - 1)))
        for offset in [-1, bytes, .max, .min] { #expect(isRefusal(send(0, 7, offset), 7), "\(offset)") }
        #expect(isRefusal(send(1, 7, 0), 7), "another worker's request")
        #expect(isRefusal(send(0, -7, 0), -7))
    }

    @Test("are served with the bytes of the file, and end the run where it is gone or shorter meanwhile")
    func changed() throws {
        let folder = try TemporaryFolder()
        let image = folder.file("image.npy")
        let server = GraphFileServer(try job(folder).files)
        guard case .file(_, _, let bytes) = server.look(image) else { return }
        let request = FileRequest(worker: 0, number: 7, path: image, bytes: bytes)
        let contents = try Array(Data(contentsOf: URL(filePath: image)))
        let (header, part) = try server.part(of: request, from: 100, run: 3, epoch: 2)
        #expect(part == Array(contents[100...].prefix(header.length)) && !part.isEmpty)
        #expect(
            header.offset == 100 && header.total == bytes && header.transfer == 7 && header.run == 3
                && header.epoch == 2)
        let line = "\(image): the file can no longer be read, or has changed; leave it as it is until the run begins"
        try Data([1, 2, 3]).write(to: URL(filePath: image))
        #expect(throws: RunError.data(line)) { try server.part(of: request, from: 0, run: 3, epoch: 2) }
        try FileManager.default.removeItem(atPath: image)
        #expect(throws: RunError.data(line)) { try server.part(of: request, from: 0, run: 3, epoch: 2) }
    }
}
