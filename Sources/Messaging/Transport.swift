package import Tensors

/// Carries values from worker to worker, each always into the same buffer of its receiver.
///
/// A sender waits until its receiver has released the value before: memory on a slow link is bounded by the plan. All
/// calls may be made from any thread.
package protocol Transport: Sendable {
    /// Sends a value; returns when its memory may be overwritten.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func send(_ transfer: Int, _ value: TensorView) throws(MessagingError)
    /// Waits until the value of a transfer is in its buffer.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func receive(_ transfer: Int) throws(MessagingError)
    /// Lets the sender overwrite the buffer of a transfer.
    func release(_ transfer: Int)
    /// Ends all waiting, now and later.
    func cancel()
}

/// What can go wrong between workers.
package enum MessagingError: Error, Equatable, CustomStringConvertible {
    /// The run was stopped while a worker waited for a value.
    case cancelled

    package var description: String {
        switch self {
        case .cancelled: "the run was stopped while a worker waited for a value"
        }
    }
}
