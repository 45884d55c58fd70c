/// An amount of memory as people write it: `4GiB`, `1.5GB`, `800MB`.
public struct ByteCount: Hashable, Sendable {
    /// The bytes.
    public let bytes: Int

    /// How it is written, for messages.
    public static let form = "an amount of memory such as 4GiB (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)"

    private static let units: [String: Double] = [
        "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 0x1p10, "MiB": 0x1p20, "GiB": 0x1p30, "TiB": 0x1p40,
    ]

    /// `nil` where the text is no amount, or none at all.
    public init?(_ text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = ByteCount.units[String(text.dropFirst(number.count))], let first = number.first, first != ".",
            let value = Double(number), let bytes = Int(exactly: (value * unit).rounded(.down)), bytes > 0
        else { return nil }
        self.bytes = bytes
    }
}
