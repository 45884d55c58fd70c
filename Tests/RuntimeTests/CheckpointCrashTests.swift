import Foundation
import Runtime
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Checkpoints through crashes")
struct CheckpointCrashTests {
    private struct Crash: Error {}

    private let folder: TemporaryFolder
    private let job: Job

    init() throws {
        folder = try TemporaryFolder()
        job = try Job(
            "pnp", ["image": try folder.image([1, 1, 20, 16]), "iterations": "1", "tv-iterations": "3", "tile": "12"])
    }

    private var place: String { folder.file("c") }

    private func checkpoint(_ iteration: Int) throws -> Checkpoint {
        try Checkpoint(job.expansion, iteration: iteration, states: job.emptyStates)
    }

    /// Writes a checkpoint up to the given thing that is done to the disk; whether it got to its end.
    private func write(_ iteration: Int, upTo last: Int) throws -> Bool {
        var steps = 0
        do {
            try checkpoint(iteration).write(to: place) {
                steps += 1
                if steps == last { throw Crash() }
            }
            return true
        } catch is Crash {
            return false
        }
    }

    private var iteration: Int? { (try? Checkpoint(folder: place))?.iteration }

    @Test("at every moment of writing one is whole, and the next is written all the same")
    func everyMoment() throws {
        var last = 1
        var seen: Set<Int?> = []
        while true {
            for leftover in ["", ".new", ".old"] { try? FileManager.default.removeItem(atPath: place + leftover) }
            try checkpoint(1).write(to: place)
            let isWhole = try write(2, upTo: last)
            let found = iteration
            #expect(found == 1 || found == 2, "after step \(last) there is \(found.map(String.init) ?? "none")")
            seen.insert(found)
            if isWhole { break }
            // A crash while the next is written, and then a third that is not disturbed.
            for second in 1... {
                let copy = try (["", ".new", ".old"].map { ($0, try contents(place + $0)) })
                let isNextWhole = try write(3, upTo: second)
                let left = iteration
                #expect(left == 3 || left == found, "after steps \(last) and \(second)")
                try checkpoint(4).write(to: place)
                #expect(iteration == 4)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["c", "image.npy"])
                if isNextWhole { break }
                for (ending, files) in copy { try restore(files, to: place + ending) }
            }
            last += 1
        }
        #expect(seen == [1, 2])
        #expect(last > 6, "a folder, a state, a header, a seal, two renames and a removal")
    }

    @Test("where it cannot be written, the old one stays, and nothing lies beside it")
    func unwritable() throws {
        try checkpoint(1).write(to: place)
        // In the way of the new one.
        try Data().write(to: URL(filePath: place + ".new"))
        let error = #expect(throws: TensorFileError.self) { try checkpoint(2).write(to: place) }
        #expect(
            error?.description
                == "\(place).new: cannot be written (File exists); check the folder, its permissions and the free space"
        )
        #expect(iteration == 1)
    }

    /// The files of a folder, by name; `nil` where there is none.
    private func contents(_ folder: String) throws -> [String: Data]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) })
    }

    private func restore(_ files: [String: Data]?, to folder: String) throws {
        try? FileManager.default.removeItem(atPath: folder)
        guard let files else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, data) in files { try data.write(to: URL(filePath: "\(folder)/\(name)")) }
    }
}
