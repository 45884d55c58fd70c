/// A setting of a node in the loop on which hangs whether its iterations converge, such as a step size.
public struct ConvergenceFactor: Hashable, Sendable {
    /// The setting in force, as `--set` calls it: `step 0.5`.
    public let setting: String
    /// What to give where a run diverges: `a smaller step`; `nil` where no other value would help.
    public let remedy: String?
    /// Why nobody knows ahead whether iterations converge with it; `nil` where it is known, or said by
    /// ``NodeKind/warnings(_:gradientBounds:)``.
    public let doubt: String?
    /// Whether it is beyond what is allowed, so that it is what makes a run diverge.
    public let isBeyondBound: Bool

    /// A factor by its setting, as messages show it.
    public init(_ setting: String, remedy: String? = nil, doubt: String? = nil, isBeyondBound: Bool = false) {
        self.setting = setting
        self.remedy = remedy
        self.doubt = doubt
        self.isBeyondBound = isBeyondBound
    }
}

extension [ConvergenceFactor] {
    /// `step 5, sigma 0.01 and denoiser graphrun-color`; empty where there is none.
    package var settings: String { map(\.setting).joined(with: "and") }

    /// What may help, for example `a smaller step or a larger sigma`: that which is beyond its bound, or else any.
    package var remedies: String {
        let guilty = filter(\.isBeyondBound)
        return (guilty.isEmpty ? self : guilty).compactMap(\.remedy).joined(with: "or")
    }

    /// A warning that nobody knows ahead whether the iterations converge, and why; `nil` where it is known.
    var warning: String? {
        let doubts = compactMap(\.doubt)
        guard !doubts.isEmpty else { return nil }
        return "whether the iterations converge is not known: \(doubts.joined(separator: "; ")); "
            + "a run that diverges ends and says so"
    }
}

extension [String] {
    /// `a, b and c`.
    fileprivate func joined(with word: String) -> String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " \(word) " + last
    }
}
