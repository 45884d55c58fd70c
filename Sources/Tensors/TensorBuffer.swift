/// Aligned memory for `Float`s, zeroed, of a fixed size, freed once.
///
/// It has no opinion on who may write: ``Tensor`` gives it value semantics, a plan gives it an owner at every step.
package final class TensorBuffer: @unchecked Sendable {  // Safe: the memory's owner orders its accesses, see above.
    /// Alignment in bytes: one cache line, and one AVX-512 register.
    package static let alignment = 64

    package let floats: UnsafeMutableBufferPointer<Float>

    package init(floatCount: Int) {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: max(floatCount, 1) * MemoryLayout<Float>.stride, alignment: TensorBuffer.alignment)
        let start = bytes.bindMemory(to: Float.self, capacity: max(floatCount, 1))
        start.initialize(repeating: 0, count: max(floatCount, 1))
        floats = UnsafeMutableBufferPointer(start: start, count: floatCount)
    }

    deinit {
        UnsafeMutableRawPointer(floats.baseAddress)?.deallocate()
    }
}
