/// How the numbers of an image's file are stored.
public enum ArrayForm: Hashable, Sendable {
    /// As samples of a picture, which are read as 1 × C × H × W in [0, 1].
    case picture(PNG.BitDepth)
    /// As an array, which is read as it is; `white` is the sample that stands for 1 where it holds a picture.
    case array(white: Int?)

    /// Whether it is a picture.
    public var isPicture: Bool {
        guard case .picture = self else { return false }
        return true
    }

    /// The sample that stands for 1 in a picture.
    public var white: Int? {
        switch self {
        case .picture(let depth): depth.white
        case .array(let white): white
        }
    }
}
