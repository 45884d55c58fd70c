public import GraphModel
internal import Tensors

/// A denoiser that needs no file.
public enum DenoiserChoice: String, Hashable, Sendable, CaseIterable, ParameterType {
    /// The one of the others that suits the image's channels: of one the network for gray images, of three that for
    /// colour images, of any other number total variation.
    case auto
    /// The network for colour images that is part of the program.
    case color = "graphrun-color"
    /// The network for gray images that is part of the program.
    case gray = "graphrun-gray"
    /// Total variation, for images of any number of channels.
    case totalVariation = "total-variation"

    /// What stands for the weights that are part of the program where the path of a file is expected.
    package var weights: String? {
        switch self {
        case .color, .gray: FileReference.bundledPrefix + rawValue
        case .auto, .totalVariation: nil
        }
    }

    /// The one that is meant for an image `N × C × H × W`.
    func resolved(for image: Shape) -> DenoiserChoice {
        guard self == .auto else { return self }
        return image.rank != 4 ? .totalVariation : image[1] == 1 ? .gray : image[1] == 3 ? .color : .totalVariation
    }

    /// The denoiser whose weights `path` stands for; `nil` where it is the path of a file.
    package init?(weights path: String) {
        guard let choice = DenoiserChoice.allCases.first(where: { $0.weights == path }) else { return nil }
        self = choice
    }
}
