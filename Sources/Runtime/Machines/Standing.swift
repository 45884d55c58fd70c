package import Messaging

/// How a worker's part in a run is doing.
package struct Standing: Codable, Hashable, Sendable {
    package enum Wait: Codable, Hashable, Sendable {
        /// For its coordinator's word.
        case word
        /// For a file of the graph.
        case file
        /// For what goes from worker to worker.
        case transfer(ZeroMQTransport.Wait)
    }

    /// How often anything has arrived but words.
    let moves: Int
    /// `nil` while it computes, or makes itself ready to.
    let wait: Wait?

    package init(moves: Int, wait: Wait?) {
        self.moves = moves
        self.wait = wait
    }
}
