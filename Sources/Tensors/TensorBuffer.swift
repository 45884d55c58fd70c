internal import Glibc

/// Aligned memory for `Float`s, zeroed, of a fixed size, freed once.
///
/// It has no opinion on who may write: ``Tensor`` gives it value semantics, a plan gives it an owner at every step.
package final class TensorBuffer: @unchecked Sendable {  // Safe: the memory's owner orders its accesses, see above.
    /// Alignment in bytes: one cache line, and one AVX-512 register.
    package static let alignment = 64

    package let floats: UnsafeMutableBufferPointer<Float>

    /// Memory that must be had: where there is none, the program says so and ends.
    package convenience init(floatCount: Int) {
        do {
            try self.init(asking: floatCount)
        } catch {
            MemoryRoom.end(error)
        }
    }

    /// - Throws: ``MemoryShortage`` where there is no memory.
    package init(asking floatCount: Int) throws(MemoryShortage) {
        let (byteCount, isTooMuch) = max(floatCount, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        guard !isTooMuch, let bytes = MemoryRoom.allocate(byteCount, alignment: TensorBuffer.alignment) else {
            throw MemoryShortage(bytes: isTooMuch ? Int.max : byteCount)
        }
        let start = bytes.bindMemory(to: Float.self, capacity: max(floatCount, 1))
        start.initialize(repeating: 0, count: max(floatCount, 1))
        floats = UnsafeMutableBufferPointer(start: start, count: floatCount)
    }

    deinit {
        free(floats.baseAddress)
    }
}
