internal import Tensors
internal import Testing

@Suite("Memory that may run out")
struct MemoryRoomTests {
    @Test("What nobody has is not there, what is small is")
    func room() {
        #expect(MemoryRoom.has(0) && MemoryRoom.has(1000) && MemoryRoom.has(1 << 20))
        #expect(!MemoryRoom.has(1 << 60) && !MemoryRoom.has(.max))
    }

    @Test("Whoever asks for memory is told that there is none", arguments: [1 << 58, Int.max / 2, .max])
    func asking(count: Int) throws {
        let bytes = count > Int.max / 4 ? Int.max : 4 * count
        #expect(throws: MemoryShortage(bytes: bytes)) { try TensorBuffer(asking: count) }
        let buffer = try TensorBuffer(asking: 100_000)
        #expect(buffer.floats.count == 100_000 && buffer.floats.allSatisfy { $0 == 0 })
        #expect(Int(bitPattern: buffer.floats.baseAddress) % TensorBuffer.alignment == 0)
    }

    @Test("Memory that must be had ends the program with one line and code 1, not by a crash")
    func must() async throws {
        let ending = try #require(
            await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
                _ = TensorBuffer(floatCount: 1 << 58)
            })
        let lines = String(decoding: ending.standardErrorContent, as: UTF8.self).split(separator: "\n")
        #expect(lines.map(String.init) == [MemoryShortage(bytes: 1 << 60).description])
    }
}
