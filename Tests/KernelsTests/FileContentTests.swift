import Foundation
import GraphModel
import Kernels
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("What the files of a graph hold")
struct FileContentTests {
    @Test("a file that is written again is looked at anew")
    func stamps() throws {
        let folder = try Folder()
        let files = GraphFiles(folder: folder.path)
        try Data([1, 2, 3]).write(to: URL(filePath: folder.path("f")))
        let first = try files.content(of: "f")
        #expect(try files.content(of: "f") == first)
        try Data([1, 2, 4]).write(to: URL(filePath: folder.path("f")))
        #expect(try files.content(of: "f").hash != first.hash)
    }

    @Test("of a file of which parts are read, only those count")
    func parts() throws {
        let folder = try Folder()
        var values = Tensor.random([8, 6], seed: 1).values
        func write() throws { try NPY.write(Tensor([8, 6], values), to: folder.path("a.npy")) }
        func hash(_ references: FileReference...) throws -> String? {
            let files = GraphFiles(folder: folder.path)
            for reference in references { _ = files.fact(of: reference) }
            return try files.contentHashes()["a.npy"]
        }
        let header = FileReference("a.npy", .header)
        let (first, last) = (
            FileReference("a.npy", .tensor, region: Region([0..<2, 0..<6])),
            FileReference("a.npy", .tensor, region: Region([6..<8, 0..<6]))
        )
        let whole = FileReference("a.npy", .tensor)
        try write()
        let plain = try ContentHash.ofFile(folder.path("a.npy"))
        let known = try [hash(header, first), hash(first, last), hash(header, last)]
        #expect(try hash(whole) == plain && hash(whole, first) == plain && hash(header) == plain)
        #expect(Set(known + [plain]).count == 4)
        values[0] = 7
        try write()
        #expect(try hash(header, first) != known[0])
        #expect(try hash(first, last) != known[1])
        #expect(try hash(header, last) == known[2])
        #expect(try hash(last, header) == known[2])
    }
}
