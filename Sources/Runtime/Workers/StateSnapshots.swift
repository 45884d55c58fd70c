internal import Scheduling
internal import Tensors

/// Copies of a worker's states as they were when some iterations began, so that it can compute the best of them again.
///
/// Of iterations that not all workers are done with it is not known how good they are. These are at most two where one
/// begins, and with the best of all others they are ``WorkerPlan/snapshotCount``.
struct StateSnapshots {
    private var places: [(iteration: Int?, memory: TensorBuffer)]
    private let states: [BufferRange]

    /// - Parameter plan: One that counts no memory for them wants none.
    init(_ plan: WorkerPlan) {
        states = plan.states.map(\.range)
        let count = states.reduce(0) { $0 + $1.count }
        places = (0..<(plan.snapshotBytes > 0 ? WorkerPlan.snapshotCount : 0)).map { _ in
            (nil, TensorBuffer(floatCount: count))
        }
    }

    /// Copies the states as `iteration` begins, over those of one that is neither `best` nor the one before.
    mutating func take(_ iteration: Int, best: Int?, from arena: TensorBuffer) {
        let free = places.firstIndex { $0.iteration == nil || $0.iteration != best && $0.iteration != iteration - 1 }
        guard let free else { return }
        places[free].iteration = iteration
        let memory = places[free].memory.floats
        var start = 0
        for range in states where range.count > 0 {
            _ = UnsafeMutableBufferPointer(rebasing: memory[start..<start + range.count])
                .update(fromContentsOf: arena.floats[range.offset..<range.end])
            start += range.count
        }
    }

    /// Makes the states what they were when `iteration` began; false where that is not known.
    func restore(_ iteration: Int, to arena: TensorBuffer) -> Bool {
        // A worker may carry none.
        guard !states.isEmpty else { return true }
        guard let memory = places.first(where: { $0.iteration == iteration })?.memory.floats else { return false }
        var start = 0
        for range in states where range.count > 0 {
            _ = UnsafeMutableBufferPointer(rebasing: arena.floats[range.offset..<range.end])
                .update(fromContentsOf: memory[start..<start + range.count])
            start += range.count
        }
        return true
    }
}
