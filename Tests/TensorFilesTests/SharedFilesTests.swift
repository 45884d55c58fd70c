internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite(
    "Fixtures", .enabled(if: SharedFiles.goldens.exist, "the fixtures of ../shared/goldens are not on this machine"))
struct GoldenFilesTests {
    @Test("Every fixture is read, of the type its header says")
    func arrays() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: SharedFiles.goldens.folder.path())
            .filter { $0.hasSuffix(".npy") }
        #expect(names.count > 100)
        for name in names {
            let path = SharedFiles.goldens.path(name)
            let tensor = try NPY.read(path)
            #expect(try NPY.readType(path) == tensor.type)
            #expect(tensor.values.allSatisfy { $0.isFinite }, "\(name)")
        }
    }

    @Test(
        "Shapes and elements",
        arguments: [
            ("image.npy", TensorType([1, 3, 64, 48])), ("mri_odd_mask.npy", TensorType([31, 27])),
            ("nufft_points.npy", TensorType([2, 200])), ("nufft_f.npy", TensorType([24, 20], .complex64)),
            ("radio_A.npy", TensorType([1, 1, 200], .complex64)), ("seed_y0.npy", TensorType([1, 3, 767, 512])),
        ])
    func types(name: String, type: TensorType) throws {
        #expect(try NPY.readType(SharedFiles.goldens.path(name)) == type)
    }

    @Test("A state dictionary of a network")
    func weights() throws {
        let path = SharedFiles.goldens.path("drunet_small.safetensors")
        let tensors = try SafeTensors.read(path)
        #expect(try SafeTensors.header(of: path) == tensors.mapValues(\.shape))
        #expect(tensors["m_head.weight"]?.shape == [8, 4, 3, 3])
    }
}

@Suite("Photographs", .enabled(if: SharedFiles.data.exist, "the data of ../shared/data are not on this machine"))
struct SharedDataTests {
    @Test("A photograph")
    func photograph() throws {
        let loaded = try ImageFile.read(SharedFiles.data.path("images/seed_102061_767x512.png"))
        #expect(loaded.note == nil)
        #expect(loaded.image.shape == [1, 3, 767, 512])
        #expect(loaded.image.values.allSatisfy { 0...1 ~= $0 && ($0 * 255).rounded() / 255 == $0 })
    }

    @Test(
        "A fixture is found in the photographs it was cut from",
        .enabled(if: SharedFiles.goldens.exist, "the fixtures of ../shared/goldens are not on this machine"))
    func crop() throws {
        let crop = try NPY.read(SharedFiles.goldens.path("image.npy"))
        let names = ["102061", "119082", "271035", "3096"]
        let found = try names.contains { name in
            let photograph = try PNG.read(SharedFiles.data.path("images/CBSD68_\(name).png")).image
            return holds(photograph, crop)
        }
        #expect(found)
    }

    /// Whether a part of `image` equals `crop` to the bit.
    private func holds(_ image: Tensor, _ crop: Tensor) -> Bool {
        let (all, part) = (image.values, crop.values)
        let (height, width) = (image.shape[2], image.shape[3])
        let (rows, columns) = (crop.shape[2], crop.shape[3])
        func equals(_ top: Int, _ left: Int) -> Bool {
            (0..<3 * rows).allSatisfy { line in
                let start = (line / rows * height + top + line % rows) * width + left
                return all[start..<start + columns].elementsEqual(part[line * columns..<(line + 1) * columns])
            }
        }
        return (0...height - rows).contains { top in (0...width - columns).contains { equals(top, $0) } }
    }

    @Test("Trained weights")
    func weights() throws {
        let tensors = try SafeTensors.read(SharedFiles.data.path("ffdnet_color.safetensors"))
        #expect(tensors["model.0.weight"]?.shape == [96, 13, 3, 3])
        #expect(tensors["model.22.weight"]?.shape == [12, 96, 3, 3])
        #expect(tensors.count == 24)
    }
}
