internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("Damaged PNG files")
struct PNGDamageTests {
    private static let good = PNGBuilder(width: 2, height: 2, depth: 8, colour: 0, rows: [0, 1, 2, 0, 3, 4])

    private static func header(width: UInt32, height: UInt32, depth: UInt8 = 8, colour: UInt8 = 2) -> [UInt8] {
        PNGBuilder(width: width, height: height, depth: depth, colour: colour, rows: [0, 1, 2]).file
    }

    private static func damaged(_ reason: String) -> String {
        "x.png: is a damaged PNG file (libpng: \(reason)); write or copy the file again"
    }

    static let samples: [(bytes: [UInt8], message: String)] = [
        ([], "x.png: is empty; write or copy the file again"),
        (Array("GIF89a".utf8), "x.png: is not a PNG file; give a file of that format"),
        (Array(good.file.prefix(7)), "x.png: is not a PNG file; give a file of that format"),
        (Array(good.file.prefix(8)), damaged("the file ends before its image does")),
        (Array(good.file.prefix(20)), damaged("the file ends before its image does")),
        (Array(good.file.prefix(50)), damaged("the file ends before its image does")),
        (good.file.dropLast(12), damaged("the file ends before its image does")),
        (
            header(width: 0, height: 5),
            damaged("Invalid IHDR data (Image width is zero in IHDR)")
        ),
        (
            header(width: 1_000_001, height: 5),
            damaged("Invalid IHDR data (Image width exceeds user limit in IHDR)")
        ),
        (
            header(width: 5, height: 2_000_000_000),
            damaged("Invalid IHDR data (Image height exceeds user limit in IHDR)")
        ),
        (
            header(width: 5, height: 5, depth: 7),
            damaged("Invalid IHDR data (Invalid color type/bit depth combination in IHDR)")
        ),
        (header(width: 5, height: 5, colour: 5), damaged("Invalid IHDR data (Invalid color type in IHDR)")),
        (
            header(width: 1_000_000, height: 1_000_000),
            "x.png: is too large: 3000000000000 samples, the limit is 2147483648; cut it into smaller images"
        ),
        (
            header(width: 20_000, height: 20_000),
            "x.png: ends too early: 1162790 bytes are needed, 71 are there; write or copy the file again"
        ),
        (header(width: 5, height: 5), damaged("Not enough image data")),
        (
            PNGBuilder(width: 1, height: 1, depth: 8, colour: 3, rows: [0, 0]).file,
            damaged("IDAT: Missing PLTE before IDAT")
        ),
        (flipped(good.file, at: 20), damaged("IHDR: CRC error")),
        (flipped(good.file, at: good.file.count - 14), damaged("IDAT: CRC error")),
        (
            PNGBuilder(width: 2, height: 2, depth: 8, colour: 0, rows: [9, 1, 2, 0, 3, 4]).file,
            damaged("bad adaptive filter value")
        ),
    ]

    private static func flipped(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var result = bytes
        result[place] ^= 0x40
        return result
    }

    @Test("Each damage has its message", arguments: samples.indices)
    func messages(index: Int) {
        let sample = Self.samples[index]
        let error = #expect(throws: TensorFileError.self) { try PNG.decode(sample.bytes, path: "x.png") }
        #expect(error?.description == sample.message)
    }

    @Test("A file of more bytes than any picture has is not read")
    func largeFile() throws {
        let folder = try Folder()
        let path = try folder.file("x.png", Self.good.file)
        // With a hole at its end, so that it takes no space.
        #expect(truncate(path, 5_000_000_001) == 0)
        for read in [{ _ = try PNG.read(path) }, { _ = try PNG.readType(path) }] {
            let error = #expect(throws: TensorFileError.self) { try read() }
            #expect(
                error?.description == "\(path): is too large: 5000000001 bytes, the limit is 5000000000; "
                    + "cut it into smaller images")
        }
    }

    @Test("Any bytes are read or refused", arguments: 1...4 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let good = [
            Self.good.file, try PNG.encode(Tensor.random([3, 5, 4], in: 0...1, seed: 1), path: "x"),
            PNGBuilder(
                width: 2, height: 2, depth: 4, colour: 3, interlaced: true,
                chunks: [("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [7])], rows: [0, 0, 0, 16, 0, 1, 0]
            ).file,
        ]
        var (read, refused) = (0, 0)
        for _ in 0..<3000 {
            let bytes = mutated(good[Int.random(in: 0..<good.count, using: &random)], using: &random)
            do {
                _ = try PNG.decode(bytes, path: "x")
                read += 1
            } catch {
                #expect(!error.description.contains("\n"))
                refused += 1
            }
        }
        #expect(read > 0 && refused > 1000)
    }

    @Test("Headers of any content with a right checksum are read or refused", arguments: 1...4 as ClosedRange<UInt64>)
    func fuzzHeaders(seed: UInt64) {
        var random = SeededRandom(seed)
        var read = 0
        for _ in 0..<3000 {
            func small() -> UInt32 { UInt32.random(in: 0...9, using: &random) }
            let builder = PNGBuilder(
                width: Bool.random(using: &random) ? small() : UInt32.random(in: 0...UInt32.max, using: &random),
                height: small(), depth: [1, 2, 4, 8, 16, 3].randomElement(using: &random) ?? 8,
                colour: UInt8(small() % 8), interlaced: Bool.random(using: &random),
                chunks: Bool.random(using: &random) ? [("PLTE", [1, 2, 3]), ("tRNS", [7])] : [],
                rows: (0..<Int.random(in: 0...400, using: &random)).map { _ in UInt8(small() % 5) })
            if let image = try? PNG.decode(builder.file, path: "x").image {
                #expect(image.values.allSatisfy { 0...1 ~= $0 })
                read += 1
            }
        }
        #expect(read > 0)
    }
}
