/// Why weights are of no network that is known here.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// Weights whose names or signs other programs give another meaning; `Tools/convert-weights` brings them into ours.
    public enum Foreign: String, Sendable {
        case kairDnCNN = "KAIR's names for DnCNN, whose layers yield the noise with the other sign"
        case deepinvFFDNet = "deepinv's names for FFDNet, which is given the noise level four times"
    }

    /// No architecture has such names.
    case unknown(found: [String])
    case unconverted(Foreign)
    /// The names are right but a tensor is missing or of another shape than the architecture asks for.
    case missing(network: String, name: String)
    case shape(network: String, name: String, found: String, expected: String)
    /// The architecture has no layer for a tensor.
    case unused(network: String, name: String)
    /// Convolutions along three axes of space.
    case volumes(network: String, name: String, found: String)
    /// A list of layers that inference cannot follow.
    case layers(String)

    public var description: String {
        switch self {
        case .unknown(let found):
            "these are weights of no known network (they begin with \(found.prefix(3).joined(separator: ", "))); "
                + "FFDNet has 'model.0.weight', DRUNet 'm_head.weight', DnCNN 'in_conv.weight', the bundled U-Net 'head.weight'"
        case .unconverted(let foreign):
            "these weights have \(foreign.rawValue); convert the .pth file they come from with Tools/convert-weights"
        case .missing(let network, let name):
            "weights of \(network) without '\(name)'; the file is not complete, save its whole state dict"
        case .shape(let network, let name, let found, let expected):
            "weights of \(network) whose '\(name)' is \(found); it must be \(expected)"
        case .unused(let network, let name):
            "weights of \(network) with '\(name)', for which it has no layer; only the architecture as published is run"
        case .volumes(let network, let name, let found):
            "weights of a \(network) for volumes ('\(name)' is \(found)); only networks for images are run: "
                + "use one with weights of out × in × k × k, on slices"
        case .layers(let reason):
            "this list of layers cannot be run: \(reason)"
        }
    }
}
