/// How long one thing took, time after time, in seconds.
package struct Samples: Codable, Equatable, Sendable {
    package private(set) var seconds: [Double]

    package init(_ seconds: [Double] = []) {
        self.seconds = seconds
    }

    package mutating func add(_ other: Samples) {
        seconds += other.seconds
    }

    /// The middle value, or the mean of the two in the middle; `nil` where nothing was timed.
    package var median: Double? {
        guard !seconds.isEmpty else { return nil }
        let sorted = seconds.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

/// How many times longer one thing takes than another.
package struct Ratio: Codable, Equatable, Sendable {
    /// Of the medians.
    package let median: Double
    /// The shortest time above over the longest below: what it is at worst.
    package let lowest: Double
    /// The longest time above over the shortest below.
    package let highest: Double

    /// - Returns: `nil` where one of the two was not timed.
    package init?(_ above: Samples, over below: Samples) {
        guard let upper = above.median, let lower = below.median, let shortest = above.seconds.min(),
            let longest = above.seconds.max(), let least = below.seconds.min(), let most = below.seconds.max(),
            least > 0
        else { return nil }
        median = upper / lower
        lowest = shortest / most
        highest = longest / least
    }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// Times several things in turn: one after the other, then all again, so that what else the machine does meets them alike.
/// Each round begins with another of them, so that none always follows the same one.
///
/// The first round meets cold memory and is not counted. This and a median are all that is needed of a benchmark library;
/// those for Swift run one thing until it is done and then the next, which on a shared machine compares two different
/// quarters of an hour.
package func alternate(rounds: Int, _ bodies: [() throws -> Void]) throws -> [Samples] {
    var samples = bodies.map { _ in Samples() }
    for round in 0...rounds {
        for offset in bodies.indices {
            let index = (round + offset) % bodies.count
            let time = try seconds(bodies[index])
            if round > 0 { samples[index].add(Samples([time])) }
        }
    }
    return samples
}
