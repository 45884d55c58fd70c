import Messaging
import Tensors
import TestSupport
import Testing

@Suite("Message headers")
struct FrameHeaderTests {
    static let all = [
        FrameHeader(.control, run: 7, total: 12, length: 12),
        FrameHeader(.control, run: .max, epoch: .max, total: FrameHeader.largestPayload, length: 0),
        FrameHeader(.credit, run: 1, epoch: 2, transfer: 3, mark: 4, iteration: 5),
        FrameHeader(
            .value, run: 1, epoch: 2, transfer: 3, mark: 4, iteration: 5, type: TensorType([1, 3, 64, 48]),
            total: 36864, length: 36864),
        FrameHeader(
            .value, run: 1, transfer: .max, type: TensorType([2, 1 << 22], .complex64), offset: 16 << 20,
            total: 64 << 20, length: 16 << 20),
        FrameHeader(.value, run: 0, type: .scalar, total: 4, length: 4),
        FrameHeader(.probe, run: 7, transfer: 3, total: 64, length: 64),
        FrameHeader(.probe, run: 7, transfer: .max),
    ]

    @Test("come back as they were", arguments: all)
    func roundTrip(_ header: FrameHeader) throws {
        #expect(header.bytes.count == 64 + 8 * (header.type?.shape.rank ?? 0))
        #expect(try FrameHeader(header.bytes) == header)
    }

    /// A header with some bytes changed.
    private func changed(_ header: FrameHeader, at index: Int, to bytes: [UInt8]) -> [UInt8] {
        var all = header.bytes
        all.replaceSubrange(index..<index + bytes.count, with: bytes)
        return all
    }

    @Test("whose numbers cannot be believed are refused by name")
    func refusals() {
        let value = Self.all[3]
        let cases: [([UInt8], FrameError)] = [
            ([], .length(0)), (Array(value.bytes.dropLast()), .length(95)), (value.bytes + [0], .length(97)),
            (changed(value, at: 0, to: [0]), .mark), (changed(value, at: 4, to: [77]), .version(77)),
            (changed(value, at: 6, to: [9]), .field("sort")), (changed(value, at: 7, to: [3]), .field("element")),
            (changed(value, at: 6, to: [1]), .field("element")), (changed(value, at: 39, to: [255]), .field("offset")),
            (changed(value, at: 32, to: [1]), .field("offset")), (changed(value, at: 40, to: [1]), .field("total")),
            (changed(value, at: 51, to: [9]), .field("length")),
            (changed(value, at: 56, to: [17]), .field("number of extents")),
            (changed(Self.all[6], at: 7, to: [1]), .field("element")),
            (changed(value, at: 6, to: [5, 0]), .field("number of extents")),
            (changed(value, at: 71, to: [255]), .field("extents")),
            (changed(value, at: 70, to: [127]), .field("extents")),
        ]
        for (bytes, error) in cases {
            #expect(throws: error) { try FrameHeader(bytes) }
        }
    }

    @Test("of arbitrary bytes never crash, and are what they say where they are accepted", arguments: 0..<20)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<2000 {
            var bytes = Self.all[Int.random(in: 0..<Self.all.count, using: &random)].bytes
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.append(UInt8.random(in: 0...255, using: &random))
                case 1: if !bytes.isEmpty { bytes.removeLast(Int.random(in: 1...bytes.count, using: &random)) }
                default:
                    guard !bytes.isEmpty else { continue }
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            guard let header = try? FrameHeader(bytes) else { continue }
            #expect(header.bytes == bytes)
            #expect(header.offset + header.length <= header.total && header.length <= FrameHeader.largestPayload)
        }
    }
}
