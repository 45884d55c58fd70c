internal import GraphModel
internal import Scheduling
internal import TensorMath
internal import Tensors

extension WorkerLoop {
    /// The largest magnitude in the states that the worker carries; NaN where one of them is.
    var magnitude: Float {
        plan.states.reduce(0) { sofar, state in
            let floats = arena.floats[state.range.offset..<state.range.end]
            return largest(sofar, largestMagnitude(UnsafeBufferPointer(rebasing: floats)))
        }
    }

    /// Keeps the states that an iteration begins with, if the run may go back to it.
    ///
    /// - Parameter best: The best iteration that is known.
    func keepStates(before iteration: Int, best: Int?) {
        snapshots.take(iteration, best: best, from: arena)
    }

    /// Computes an earlier iteration again, so that every value is what it was after it.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)``.
    func goBack(to iteration: Int) throws(RunError) {
        guard snapshots.restore(iteration, to: arena) else {
            throw .assignment("it is to go back to iteration \(iteration), of which it has kept nothing")
        }
        try run(.body, iteration: iteration)
    }
}
