internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("ImageFile")
struct ImageFileTests {
    @Test("Formats are told apart by their first bytes, not by name")
    func magic() throws {
        let folder = try Folder()
        let image = Tensor([1, 1, 2, 2], [0, 0.2, 0.4, 1])
        try PNG.write(image, to: folder.path("picture.npy"))
        #expect(
            try ImageFile.read(folder.path("picture.npy"))
                == LoadedImage(image: image, note: nil, form: .picture(.eight)))
        #expect(try ImageFile.readType(folder.path("picture.npy")) == image.type)
        // A matrix stays a matrix.
        let matrix = Tensor.random([3, 4], seed: 1)
        try NPY.write(matrix, to: folder.path("array.png"))
        #expect(try ImageFile.read(folder.path("array.png")) == LoadedImage(image: matrix, note: nil))
        #expect(try ImageFile.readType(folder.path("array.png")) == matrix.type)
    }

    private func messages(_ path: String) -> Set<String> {
        let reads: [() throws -> Void] = [
            { _ = try ImageFile.read(path) },
            { _ = try ImageFile.readType(path) },
            { _ = try NPY.read(path) },
            { _ = try NPY.readType(path) },
            { _ = try PNG.read(path) },
            { _ = try PNG.readType(path) },
            { _ = try SafeTensors.read(path) },
            { _ = try SafeTensors.header(of: path) },
        ]
        return Set(reads.map { read in #expect(throws: TensorFileError.self) { try read() }?.description ?? "" })
    }

    @Test("Whatever reads a path says alike what is wrong with it")
    func paths() throws {
        let folder = try Folder()
        let missing = folder.path("missing.png")
        #expect(messages(missing) == ["\(missing): no such file; check the path"])
        let below = try folder.file("file", [1]) + "/below"
        #expect(messages(below) == ["\(below): no such file; check the path"])
        let directory = folder.path(".")
        #expect(messages(directory) == ["\(directory): is a folder; give the path of a file"])
        let empty = try folder.file("empty.npy", [])
        #expect(messages(empty) == ["\(empty): is empty; write or copy the file again"])
        #expect(
            messages("/dev/null") == ["/dev/null: is a device, pipe or socket; give the path of a plain file"])
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(messages(pipe) == ["\(pipe): is a device, pipe or socket; give the path of a plain file"])
        #expect(messages("") == ["'': not a usable path; give one that is not empty and holds no zero character"])
        let long = folder.path(String(repeating: "n", count: 300))
        #expect(messages(long) == ["\(long): cannot be read (File name too long); check the disk and the path"])
    }

    @Test("A file one may not read", .enabled(if: geteuid() != 0, "the superuser may read every file"))
    func permissions() throws {
        let folder = try Folder()
        let path = try folder.file("secret.png", [1])
        #expect(chmod(path, 0) == 0)
        #expect(messages(path) == ["\(path): permission denied; check who may use this file and its folders"])
    }

    @Test("The message for a file one may not read")
    func permissionMessage() {
        #expect(
            TensorFileError.notPermitted(path: "a.png").description
                == "a.png: permission denied; check who may use this file and its folders")
    }

    @Test("Neither PNG nor NPY", arguments: ["GIF89a", "\u{89}PN", "{}"])
    func neither(text: String) throws {
        let folder = try Folder()
        let path = try folder.file("image.gif", Array(text.utf8))
        for read in [{ _ = try ImageFile.read(path) }, { _ = try ImageFile.readType(path) }] {
            let error = #expect(throws: TensorFileError.self) { try read() }
            #expect(error?.description == "\(path): is neither PNG nor NPY; convert the image to one of them")
        }
    }
}
