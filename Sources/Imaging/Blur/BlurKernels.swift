internal import Tensors

/// The convolution kernels of a blur: `n × c` planes of `rows × columns`, each for all images or one, and all channels or
/// one.
struct BlurKernels {
    let rows: Int
    let columns: Int
    /// Kernels, plane after plane.
    let planes: [[Float]]

    private let counts: PlaneCounts
    private let imageChannels: Int

    /// - Throws: where kernel and images do not fit, or a value is not finite.
    init(_ kernel: Tensor, images: Shape) throws(ImagingError) {
        let shape = kernel.shape
        let planes = PlaneCounts(images)
        guard shape.rank == 4, shape.count > 0, kernel.type.element == .float32, [1, planes.images].contains(shape[0]),
            [1, planes.channels].contains(shape[1])
        else { throw .kernelShape(shape, image: images) }
        let values = kernel.values
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .kernelValue(index: index) }
        (rows, columns) = (shape[2], shape[3])
        counts = PlaneCounts(shape)
        imageChannels = planes.channels
        let size = rows * columns
        self.planes = (0..<counts.count).map { Array(values[$0 * size..<($0 + 1) * size]) }
    }

    /// Which kernel blurs a plane of the images: a single one along an axis serves all planes of that axis.
    func index(ofPlane plane: Int) -> Int { counts.index(ofPlane: plane, of: imageChannels) }
}

/// How many images and channels `N × C × H × W` has; 1 each for planes of other ranks.
struct PlaneCounts {
    let images: Int
    let channels: Int

    init(images: Int, channels: Int) {
        (self.images, self.channels) = (images, channels)
    }

    init(_ shape: Shape) {
        self = shape.rank == 4 ? PlaneCounts(images: shape[0], channels: shape[1]) : PlaneCounts(images: 1, channels: 1)
    }

    var count: Int { images * channels }

    /// Which of these belongs to a plane of images with so many channels: a single one along an axis serves all planes of
    /// that axis.
    func index(ofPlane plane: Int, of imageChannels: Int) -> Int {
        let (image, channel) = plane.quotientAndRemainder(dividingBy: imageChannels)
        return (images == 1 ? 0 : image) * channels + (channels == 1 ? 0 : channel)
    }
}
