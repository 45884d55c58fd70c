package import Tensors

/// Carries values from worker to worker, each always into the same buffer of its receiver.
///
/// Credit-based flow control with a credit of one: a sender waits until its receiver has granted credit for the value,
/// which it does when it has read the one before: memory on a slow link is bounded by the plan. All
/// calls may be made from any thread.
package protocol Transport: Sendable {
    /// Sends a value, whose memory must stay as it is until it has left.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func send(_ transfer: Int, _ value: TensorView) throws(MessagingError)
    /// Waits until the memory of the value that was sent last may be overwritten.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func awaitSent(_ transfer: Int) throws(MessagingError)
    /// Waits until the value of a transfer is in its buffer.
    ///
    /// - Throws: ``MessagingError/cancelled`` after ``cancel()``.
    func receive(_ transfer: Int) throws(MessagingError)
    /// Grants the sender credit for the next value: it may overwrite the buffer of a transfer.
    ///
    /// - Parameter withNextSend: Whether the caller sends a value next, so that both may leave together.
    func grantCredit(_ transfer: Int, withNextSend: Bool)
    /// Ends all waiting, now and later.
    func cancel()
}

/// Where a receiver wants what a transfer brings: the whole of a buffer, or boxes in it.
///
/// Safe to share: the transport alone writes to the memory until a value is whole, and its receiver alone reads it from then
/// until it grants credit for the next.
package struct ReceiveBuffer: @unchecked Sendable {
    /// Of what travels.
    package let type: TensorType
    let memory: UnsafeMutableBufferPointer<Float>
    /// Where each part of what travels belongs.
    let runs: BoxRuns

    /// A buffer for whole values.
    package init(_ view: MutableTensorView) {
        self.init(view.type, view.floats, BoxRuns(view.type, nil))
    }

    /// - Parameters:
    ///   - type: Of what travels, as many floats as `runs` has.
    ///   - memory: That the runs lie in.
    package init(_ type: TensorType, _ memory: UnsafeMutableBufferPointer<Float>, _ runs: BoxRuns) {
        self.type = type
        self.memory = memory
        self.runs = runs
    }
}

extension Transport {
    /// Grants the sender credit for the next value, at once.
    package func grantCredit(_ transfer: Int) {
        grantCredit(transfer, withNextSend: false)
    }
}
