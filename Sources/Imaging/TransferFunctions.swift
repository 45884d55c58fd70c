internal import TensorMath
internal import Tensors

/// The spectra `H` of blur kernels on a periodic grid, and `|H|²`; both divided by the number of pixels, which the
/// unscaled transforms there and back multiply by.
struct TransferFunctions {
    /// Complex numbers in a spectrum.
    private let count: Int
    private let images: Shape
    private let kernels: (batch: Int, channels: Int)
    private let spectra: TensorBuffer
    private let squared: TensorBuffer

    init(kernel: Tensor, images: Shape) throws(ImagingError) {
        let shape = kernel.shape
        guard shape.rank == 4, shape.count > 0, kernel.type.element == .float32, [1, images[0]].contains(shape[0]),
            [1, images[1]].contains(shape[1])
        else { throw .kernelShape(shape, image: images) }
        let values = kernel.values
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .kernelValue(index: index) }

        let (height, width) = (images[2], images[3])
        let kernelCount = shape[0] * shape[1]
        self.images = images
        kernels = (shape[0], shape[1])
        count = height * (width / 2 + 1)
        spectra = TensorBuffer(floatCount: kernelCount * count * 2)
        squared = TensorBuffer(floatCount: kernelCount * count)

        let pixels = Double(height * width)
        for index in 0..<kernelCount {
            let plane = TransferFunctions.wrapped(
                values[index * shape[2] * shape[3]..<(index + 1) * shape[2] * shape[3]],
                rows: shape[2], columns: shape[3], height: height, width: width)
            let spectrum: [Double]
            do throws(TensorMathError) {
                spectrum = try preciseSpectrum(of: plane, height: height, width: width)
            } catch {
                throw .transform(error.description)
            }
            for i in 0..<count {
                let (real, imaginary) = (spectrum[2 * i], spectrum[2 * i + 1])
                spectra.floats[(index * count + i) * 2] = Float(real / pixels)
                spectra.floats[(index * count + i) * 2 + 1] = Float(imaginary / pixels)
                squared.floats[index * count + i] = Float((real * real + imaginary * imaginary) / pixels)
            }
        }
    }

    /// `H` for one plane of the images: interleaved complex numbers.
    func values(plane: Int) -> UnsafeBufferPointer<Float> {
        let first = kernel(of: plane) * count * 2
        return UnsafeBufferPointer(rebasing: spectra.floats[first..<first + count * 2])
    }

    /// `|H|²` for one plane of the images: real numbers.
    func squares(plane: Int) -> UnsafeBufferPointer<Float> {
        let first = kernel(of: plane) * count
        return UnsafeBufferPointer(rebasing: squared.floats[first..<first + count])
    }

    /// Which kernel blurs a plane: a single one along an axis serves all planes of that axis.
    private func kernel(of plane: Int) -> Int {
        let (image, channel) = plane.quotientAndRemainder(dividingBy: images[1])
        return (kernels.batch == 1 ? 0 : image) * kernels.channels + (kernels.channels == 1 ? 0 : channel)
    }

    /// The kernel on the periodic grid: its centre, `(rows / 2, columns / 2)`, at the origin; what reaches past an edge
    /// comes in at the other, adding up where it meets.
    private static func wrapped(
        _ kernel: ArraySlice<Float>, rows: Int, columns: Int, height: Int, width: Int
    ) -> [Double] {
        var plane = [Double](repeating: 0, count: height * width)
        for row in 0..<rows {
            let y = remainder(row - rows / 2, height)
            for column in 0..<columns {
                let x = remainder(column - columns / 2, width)
                plane[y * width + x] += Double(kernel[kernel.startIndex + row * columns + column])
            }
        }
        return plane
    }

    /// `value mod period`, in `0..<period`.
    private static func remainder(_ value: Int, _ period: Int) -> Int {
        let remainder = value % period
        return remainder < 0 ? remainder + period : remainder
    }
}
