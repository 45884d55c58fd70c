package import Tensors

/// Carries values from worker to worker, each always into the same buffer of its receiver.
///
/// A sender waits until its receiver has released the value before: memory on a slow link is bounded by the plan. All
/// calls may be made from any thread.
package protocol Transport: Sendable {
    /// Sends a value, whose memory must stay as it is until it is settled.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func send(_ transfer: Int, _ value: TensorView) throws(MessagingError)
    /// Waits until the memory of the value that was sent last may be overwritten.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func settle(_ transfer: Int) throws(MessagingError)
    /// Waits until the value of a transfer is in its buffer.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func receive(_ transfer: Int) throws(MessagingError)
    /// Lets the sender overwrite the buffer of a transfer.
    ///
    /// - Parameter withNextSend: Whether the caller sends a value next, so that both may leave together.
    func release(_ transfer: Int, withNextSend: Bool)
    /// Ends all waiting, now and later.
    func cancel()
}

extension Transport {
    /// Lets the sender overwrite the buffer of a transfer, at once.
    package func release(_ transfer: Int) {
        release(transfer, withNextSend: false)
    }
}
