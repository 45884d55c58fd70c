import GraphModel
import Kernels

/// An image, or measurements, as parameters say that its file is to be read.
struct InputForm {
    private let layout: Setting<Load.Layout>
    private let range: Setting<ValueRange>

    init(_ g: GraphBuilder) {
        layout = g.choice(
            "layout", Load.Layout.image, among: Load.Layout.ofImages, "the axes of an array: hwc, chw or as they look")
        range = g.range("range", .auto, "the numbers that are black and white in a file, such as 0..255")
    }

    func load(_ path: Setting<String>) -> Load {
        Load(path, as: layout, range: range)
    }
}
