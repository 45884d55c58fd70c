internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("PNG")
struct PNGTests {
    private func image(_ builder: PNGBuilder) throws -> Tensor {
        let loaded = try PNG.decode(builder.file, path: "x.png")
        #expect(loaded.note == nil)
        return loaded.image
    }

    @Test("Every sample is read back as it was written", arguments: PNG.BitDepth.allCases, [1, 3])
    func roundTrip(depth: PNG.BitDepth, channels: Int) throws {
        let largest = depth == .eight ? 255 : 65535
        let (height, width) = (256, depth == .eight ? 3 : 256)
        let values = (0..<channels * height * width).map { Float($0 % (largest + 1)) / Float(largest) }
        let tensor = Tensor([1, channels, height, width], values)
        let folder = try Folder()
        try PNG.write(tensor, to: folder.path("x.png"), bitDepth: depth)
        #expect(try PNG.read(folder.path("x.png")) == LoadedImage(image: tensor, form: .picture(depth)))
        #expect(try PNG.readType(folder.path("x.png")) == tensor.type)
    }

    @Test("Matrices and tensors without a batch axis are pictures too")
    func ranks() throws {
        for shape in [Shape([2, 4]), [1, 2, 4], [1, 1, 2, 4]] {
            let tensor = Tensor(shape, (0..<8).map { Float($0) / 255 })
            let read = try PNG.decode(PNG.encode(tensor, path: "x"), path: "x").image
            #expect(read == tensor.reshaped([1, 1, 2, 4]))
        }
        let colour = Tensor([3, 1, 2], (0..<6).map { Float($0) / 255 })
        #expect(try PNG.decode(PNG.encode(colour, path: "x"), path: "x").image == colour.reshaped([1, 3, 1, 2]))
    }

    @Test("Values are clamped and rounded to the nearest sample; NaN is 0")
    func rounding() throws {
        let values: [Float] = [-1, -.infinity, .nan, 0.0019, 0.0020, 0.4999, 1, 2, .infinity]
        let eight = try PNG.decode(PNG.encode(Tensor([1, 9], values), path: "x"), path: "x").image
        #expect(eight.values.map { ($0 * 255).rounded() } == [0, 0, 0, 0, 1, 127, 255, 255, 255])
        let sixteen = try PNG.decode(
            PNG.encode(Tensor([1, 9], values), bitDepth: .sixteen, path: "x"), path: "x"
        ).image
        #expect(sixteen.values.map { ($0 * 65535).rounded() } == [0, 0, 0, 125, 131, 32761, 65535, 65535, 65535])
    }

    @Test("Samples of 1, 2 and 4 bits span the same range as those of 8")
    func narrowGray() throws {
        let bits = PNGBuilder(width: 3, height: 2, depth: 1, colour: 0, rows: [0, 0b1010_0000, 0, 0b0100_0000])
        #expect(try image(bits) == Tensor([1, 1, 2, 3], [1, 0, 1, 0, 1, 0]))
        let pairs = PNGBuilder(width: 4, height: 1, depth: 2, colour: 0, rows: [0, 0b0001_1011])
        #expect(try image(pairs) == Tensor([1, 1, 1, 4], [0, 85, 170, 255].map { $0 / 255 }))
        let nibbles = PNGBuilder(width: 3, height: 1, depth: 4, colour: 0, rows: [0, 0x0F, 0x70])
        #expect(try image(nibbles) == Tensor([1, 1, 1, 3], [0, 255, 119].map { $0 / 255 }))
    }

    @Test("Palettes become colours", arguments: [(1, 0b0100_0000), (2, 0b0001_0000), (4, 0x01), (8, 0)])
    func palette(depth: UInt8, row: UInt8) throws {
        let palette: [UInt8] = [10, 20, 30, 40, 50, 60]
        let builder = PNGBuilder(
            width: 2, height: 1, depth: depth, colour: 3, chunks: [("PLTE", palette)],
            rows: depth == 8 ? [0, 0, 1] : [0, row])
        #expect(try image(builder) == Tensor([1, 3, 1, 2], [10, 40, 20, 50, 30, 60].map { $0 / 255 }))
    }

    @Test("16-bit samples are read as they are stored, whatever gamma the file names")
    func sixteenBits() throws {
        let gamma: [UInt8] = [0, 0, 0xB1, 0x8F]  // 1 / 2.2
        let builder = PNGBuilder(
            width: 2, height: 1, depth: 16, colour: 2, chunks: [("gAMA", gamma), ("sBIT", [10, 10, 10])],
            rows: [0, 0x12, 0x34, 0, 1, 0xFF, 0xFF, 0, 0, 0x80, 0, 0xAB, 0xCD])
        let expected: [Float] = [0x1234, 0, 1, 0x8000, 0xFFFF, 0xABCD]
        #expect(try image(builder) == Tensor([1, 3, 1, 2], expected.map { $0 / 65535 }))
    }

    @Test("Transparency is dropped, with a note")
    func alpha() throws {
        let note = "x.png: its transparency is ignored"
        let gray = PNGBuilder(width: 2, height: 1, depth: 8, colour: 4, rows: [0, 51, 0, 102, 255])
        #expect(
            try PNG.decode(gray.file, path: "x.png")
                == LoadedImage(image: Tensor([1, 1, 1, 2], [0.2, 0.4]), note: note, form: .picture(.eight)))
        let colour = PNGBuilder(
            width: 1, height: 1, depth: 16, colour: 6, rows: [0, 0xFF, 0xFF, 0, 0, 0x33, 0x33, 0, 7])
        #expect(
            try PNG.decode(colour.file, path: "x.png")
                == LoadedImage(image: Tensor([1, 3, 1, 1], [1, 0, 0.2]), note: note, form: .picture(.sixteen)))
        // One transparent colour of a palette, of gray and of RGB.
        let palette = PNGBuilder(
            width: 1, height: 1, depth: 8, colour: 3, chunks: [("PLTE", [255, 0, 51]), ("tRNS", [9])], rows: [0, 0])
        #expect(
            try PNG.decode(palette.file, path: "x.png")
                == LoadedImage(image: Tensor([1, 3, 1, 1], [1, 0, 0.2]), note: note, form: .picture(.eight)))
        let grayKey = PNGBuilder(width: 1, height: 1, depth: 8, colour: 0, chunks: [("tRNS", [0, 51])], rows: [0, 51])
        #expect(
            try PNG.decode(grayKey.file, path: "x.png")
                == LoadedImage(image: Tensor([1, 1, 1, 1], [0.2]), note: note, form: .picture(.eight)))
    }

    @Test("Interlaced pictures")
    func interlaced() throws {
        // Adam7 of 3 × 3: passes 1 (0,0); 5 (0,2) (2,2); 6 (1,0) (1,2); 7 the middle row; as (column, row).
        let rows: [UInt8] = [
            0, 0, /* pass 4 */ 0, 20, /* 5 */ 0, 2, 22, /* 6 */ 0, 10, 0, 12, /* 7 */ 0, 1, 11, 21,
        ]
        let builder = PNGBuilder(width: 3, height: 3, depth: 8, colour: 0, interlaced: true, rows: rows)
        let expected: [Float] = [0, 10, 20, 1, 11, 21, 2, 12, 22]
        #expect(try image(builder) == Tensor([1, 1, 3, 3], expected.map { $0 / 255 }))
    }

    @Test(
        "What is no picture is not written",
        arguments: [
            TensorType([5]), TensorType([2, 4, 4]), TensorType([2, 3, 4, 4]), TensorType([1, 1, 0, 4]),
            TensorType([1, 1, 1, 4, 4]), TensorType([4, 4], .complex64), TensorType([]),
        ])
    func notAPicture(type: TensorType) throws {
        let folder = try Folder()
        let path = folder.path("x.png")
        let error = #expect(throws: TensorFileError.self) { try PNG.write(Tensor(type), to: path) }
        #expect(
            error?.description == "\(path): a tensor of type \(type) is no picture; "
                + "give float32 of shape H × W, C × H × W or 1 × C × H × W with C = 1 or 3")
        #expect(try folder.names.isEmpty)
    }

    @Test("Longer sides than libpng takes are refused")
    func tooLong() {
        let error = #expect(throws: TensorFileError.self) { try PNG.encode(Tensor([1, 1_000_001]), path: "x.png") }
        #expect(
            error?.description == "x.png: is too large: 1000001 × 1 pixels, the longest side is 1000000; "
                + "cut it into smaller images")
    }
}
