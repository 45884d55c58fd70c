internal import Tensors

/// Memory that inference engines share which run one after another on one thread: the activations and the scratch of
/// the one at work. It is as large as the largest of them needs, and allocated when the first of them runs.
package final class InferenceMemory {
    private var floatCount = 0
    private var buffer: TensorBuffer?

    package init() {}

    /// Bytes that it takes, or will take once an engine runs.
    package var byteCount: Int { floatCount * MemoryLayout<Float>.stride }

    /// Sees to it that there are `count` floats; what they held is lost.
    func reserve(_ count: Int) {
        guard count > floatCount else { return }
        floatCount = count
        buffer = nil
    }

    /// Where the memory starts, aligned to 64 bytes; it stays there until more is reserved.
    func start() throws(InferenceError) -> UnsafeMutablePointer<Float> {
        if buffer == nil {
            do throws(MemoryShortage) {
                buffer = try TensorBuffer(asking: floatCount)
            } catch {
                throw .library("activations", error.description)
            }
        }
        guard let start = buffer?.floats.baseAddress else { throw .library("activations", "no memory") }
        return start
    }
}
