public import Networks

/// How a graph asks for convolutions; what `auto` means is settled once for all workers when a plan is made, because it
/// changes the last bits.
public enum ConvolutionChoice: String, Hashable, Sendable, CaseIterable, ParameterType {
    /// By Winograd's method where every worker has it, directly otherwise.
    case auto
    case direct
    case winograd

    /// The method meant, where `auto` means `automatic`.
    public func method(automatic: ConvolutionMethod) -> ConvolutionMethod {
        switch self {
        case .auto: automatic
        case .direct: .direct
        case .winograd: .winograd
        }
    }
}
