internal import Tensors

/// The convolution kernels of a blur: `n × c` planes of `rows × columns`, each for all images or one, and all channels or
/// one.
struct BlurKernels {
    let rows: Int
    let columns: Int
    /// Kernels, plane after plane.
    let planes: [[Float]]

    private let batch: Int
    private let channels: Int
    private let imageChannels: Int

    /// - Throws: where kernel and images do not fit, or a value is not finite.
    init(_ kernel: Tensor, images: Shape) throws(ImagingError) {
        let shape = kernel.shape
        let (imageCount, imageChannels) = images.rank == 4 ? (images[0], images[1]) : (1, 1)
        guard shape.rank == 4, shape.count > 0, kernel.type.element == .float32, [1, imageCount].contains(shape[0]),
            [1, imageChannels].contains(shape[1])
        else { throw .kernelShape(shape, image: images) }
        let values = kernel.values
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .kernelValue(index: index) }
        (batch, channels, rows, columns) = (shape[0], shape[1], shape[2], shape[3])
        self.imageChannels = imageChannels
        let size = rows * columns
        planes = (0..<batch * channels).map { Array(values[$0 * size..<($0 + 1) * size]) }
    }

    /// Which kernel blurs a plane of the images: a single one along an axis serves all planes of that axis.
    func index(ofPlane plane: Int) -> Int {
        let (image, channel) = plane.quotientAndRemainder(dividingBy: imageChannels)
        return (batch == 1 ? 0 : image) * channels + (channels == 1 ? 0 : channel)
    }
}
