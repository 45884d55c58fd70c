/// What rewrites, sums in parts and checks of values rely on, so that none of them asks for a kind by its name.
public struct KindTraits: OptionSet, Hashable, Sendable {
    /// Two nodes with equal settings and inputs may yield different values, as noise does that is keyed by the node's id.
    public static let keyedByNode = KindTraits(rawValue: 1 << 0)
    /// It yields values on the scale of those that it is given.
    public static let keepsScale = KindTraits(rawValue: 1 << 1)
    /// It is right on the scale of images in [0, 1] only, as denoisers whose noise level is in units of such images.
    public static let needsUnitScale = KindTraits(rawValue: 1 << 2)
    /// It adds up its one gathering input by ``SumTree``, so that branches of the tree may be computed apart.
    public static let sumsByTree = KindTraits(rawValue: 1 << 3)
    /// It tells by what fraction an iteration changed a value.
    public static let tellsRelativeChange = KindTraits(rawValue: 1 << 4)
    /// Its value changes with the iteration though it may read no state, so that it belongs into the loop.
    public static let changesWithIteration = KindTraits(rawValue: 1 << 5)
    /// Of the window of a tile it yields the inner part, without the halo, where values may be others than those of the whole
    /// image.
    public static let dropsHalo = KindTraits(rawValue: 1 << 6)

    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }
}
