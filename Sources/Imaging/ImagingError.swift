public import Tensors

/// What Imaging cannot do, in words that tell how to mend it.
public enum ImagingError: Error, Equatable, CustomStringConvertible {
    case gaussianWidth(Double, Double)
    case gaussianAngle(Double)
    case imageShape(Shape, operation: String)
    case planeShape(Shape, operation: String)
    case kernelShape(Shape, image: Shape)
    case kernelValue(index: Int)
    case kernelReach(BorderPadding, taps: Int, count: Int)
    case downsamplingFactor(Int)
    case maskShape(Shape, image: Shape)
    case maskValue(index: Int)
    case maskShare(Double)
    case noOperators
    case domains(TensorType, TensorType, index: Int)
    case noiseLevel(Double)
    case gamma(Double)
    case waveletLevels(Int, deepest: Int, mode: WaveletMode, sides: [Int])
    case weight(Double, of: String)
    case negativeMeasurement(Float, fidelity: String)
    case outsidePoisson(Float, background: Double)
    case transform(String)

    public var description: String {
        switch self {
        case .gaussianWidth(let height, let width):
            "a Gaussian blur of widths (\(height), \(width)) pixels cannot be made; give two numbers above 0 and at most "
                + "\(GaussianBlur.widest)"
        case .gaussianAngle(let angle):
            "a Gaussian blur cannot be turned by \(angle) degrees; give -360 to 360"
        case .imageShape(let shape, let operation):
            "\(operation) takes images N × C × H × W with no side 0, not \(shape); reshape the image"
        case .planeShape(let shape, let operation):
            "\(operation) takes images … × H × W with no side 0, not \(shape); reshape the image"
        case .kernelShape(let kernel, let image):
            "a blur kernel of shape \(kernel) does not fit images of \(image); give n × c × h × w with no side 0, n being 1 "
                + "or the images' N and c being 1 or their C"
        case .kernelValue(let index):
            "the blur kernel's value number \(index) is not finite; check the file it came from"
        case .kernelReach(.valid, let taps, let count):
            "a blur kernel of \(taps) pixels has no valid place on an image of \(count); the image must be at least as "
                + "large, or take another padding"
        case .kernelReach(let padding, let taps, let count):
            "a blur kernel of \(taps) pixels reaches too far for \(padding.rawValue) padding of an image of \(count); half "
                + "the kernel must be smaller than the image, or take another padding"
        case .downsamplingFactor(let factor):
            "a downsampling factor of \(factor) cannot be; give a whole number from 1 to "
                + "\(DownsamplingFilter.largestFactor)"
        case .maskShape(let mask, let image):
            "a mask of shape \(mask) does not fit images of \(image); give one of that shape, in which axes may have extent "
                + "1, and those in front may be missing"
        case .maskValue(let index):
            "the mask's value number \(index) is not finite; check the file it came from"
        case .maskShare(let share):
            "a mask cannot keep a share of \(share) of the pixels; give a number from 0 to 1"
        case .noOperators:
            "a stack of no operators has no images and no measurements; give at least one"
        case .domains(let first, let other, let index):
            "operator 0 of the stack takes \(first), operator \(index) takes \(other); all must take the same images"
        case .noiseLevel(let sigma):
            "a noise level of \(sigma) has no data fidelity; give a finite number above 0"
        case .gamma(let gamma):
            "a proximal step of gamma = \(gamma) cannot be taken; give a finite number above 0"
        case .waveletLevels(let levels, let deepest, let mode, let sides):
            "a wavelet transform of \(levels) levels does not fit images of \(sides[0]) × \(sides[1]); "
                + (mode == .periodic
                    ? "with the mode 'periodic' each level halves both sides, and \(deepest) fit"
                        + (deepest == 0 ? ": take the mode 'zero', or even sides" : "")
                    : "at least 1 and at most \(deepest) do")
        case .weight(let weight, let what):
            "\(what) is \(weight); it must be finite and 0 or more"
        case .negativeMeasurement(let value, let fidelity):
            "the fidelity '\(fidelity)' is of measurements of 0 or more, not \(value); look at what it reads"
        case .outsidePoisson(let counts, let background):
            "the Poisson fidelity has no gradient where something was measured and \(counts) counts are expected; give a "
                + "larger 'background' than \(background), or keep the image from falling below 0"
        case .transform(let text):
            text
        }
    }
}
