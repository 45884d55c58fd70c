internal import Foundation

/// Seconds of this machine's clock that only goes forward; where they count from differs from machine to machine.
package enum MonotonicTime {
    package static var now: Double { ProcessInfo.processInfo.systemUptime }

    static func of(_ instant: ContinuousClock.Instant) -> Double {
        now - (ContinuousClock.now - instant).seconds
    }
}
