import Foundation
import Runtime
import TensorFiles
import Testing

@Suite("Ranges of the coordinator's files")
struct RemoteFileTests {
    private func fetched(_ count: Int, _ reads: [Range<Int>]) throws -> [Range<Int>] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var asked: [Range<Int>] = []
        let file = RemoteFile("x", count: count) { range in
            asked.append(range)
            return Array(bytes[range])
        }
        for range in reads { #expect(try file.bytes(range) == Array(bytes[range])) }
        return asked
    }

    @Test("come in windows, each once while it is near")
    func windows() throws {
        let window = 1 << 20
        #expect(
            try fetched(3 * window + 10, [0..<12, 5..<500, window - 4..<window + 4, 12..<13]) == [
                0..<window, window..<2 * window,
            ])
        #expect(try fetched(3 * window + 10, [3 * window..<3 * window + 10]) == [3 * window..<3 * window + 10])
    }

    @Test("end with a line where the file is shorter than it was, or nobody answers")
    func short() {
        let short = RemoteFile("x", count: 100) { _ in [1, 2] }
        #expect(throws: TensorFileError.self) { try short.bytes(0..<10) }
        let lost = RemoteFile("x", count: 100) { _ in throw CocoaError(.fileReadUnknown) }
        #expect(throws: TensorFileError.self) { try lost.bytes(0..<10) }
        #expect(throws: TensorFileError.self) { try short.bytes(95..<105) }
    }
}
