/// What is surprising about the values of a file that a node reads.
public struct ValueRemark: Hashable, Sendable {
    /// What it is, and how to mend it; the file is named in it.
    public let message: String
    /// Whether a denoiser that gets to see them gives a wrong result: its noise level is in units of images in [0, 1].
    public let misleadsDenoisers: Bool

    /// A remark, by default one that is only worth a warning.
    public init(message: String, misleadsDenoisers: Bool = false) {
        self.message = message
        self.misleadsDenoisers = misleadsDenoisers
    }
}

extension ValueSummary {
    /// `0 to 255`
    package var extent: String { "\(short(minimum)) to \(short(maximum))" }
}

/// A number of a file in a message, with as many digits as float32 has.
package func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(Float(value))"
}
