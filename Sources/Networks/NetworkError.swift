/// Why weights are of no network that is known here.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// No architecture has such names.
    case unknown(found: [String])
    /// The names are right but a tensor is missing or of another shape than the architecture asks for.
    case missing(network: String, name: String)
    case shape(network: String, name: String, found: String, expected: String)
    /// A list of layers that inference cannot follow.
    case layers(String)

    public var description: String {
        switch self {
        case .unknown(let found):
            "these are weights of no known network (they begin with \(found.prefix(3).joined(separator: ", "))); "
                + "FFDNet has 'model.0.weight', DRUNet 'm_head.weight'"
        case .missing(let network, let name):
            "weights of \(network) without '\(name)'; the file is not complete, save its whole state dict"
        case .shape(let network, let name, let found, let expected):
            "weights of \(network) whose '\(name)' is \(found); it must be \(expected)"
        case .layers(let reason):
            "this list of layers cannot be run: \(reason)"
        }
    }
}
