public import Tensors

/// A denoising network as a list of layers, from which inference, reach, stride, memory and cost all follow.
public struct Network: Hashable, Sendable {
    /// Its architecture: `dncnn`, `drunet`, `ffdnet` or `unet`.
    public let name: String
    /// Channels of the images it takes and yields.
    public let imageChannels: Int
    /// The layers, in the order in which they are computed.
    public let layers: [Layer]

    /// - Parameters:
    ///   - name: Of its architecture, for messages.
    ///   - imageChannels: Channels of the images that it takes and yields.
    ///   - layers: In the order in which they are computed.
    public init(name: String, imageChannels: Int, layers: [Layer]) {
        self.name = name
        self.imageChannels = imageChannels
        self.layers = layers
    }

    /// Its convolutions, in order.
    public var convolutions: [Convolution] {
        layers.compactMap { layer in
            switch layer {
            case .convolution(let convolution), .transposedConvolution(let convolution): convolution
            default: nil
            }
        }
    }

    /// Whether it is told how much noise to remove; one that is not removes the noise it was trained for.
    public var takesNoiseLevel: Bool { layers.contains(.appendNoiseLevel) }

    /// Numbers that were trained.
    public var parameterCount: Int {
        convolutions.reduce(0) { sum, layer in
            sum + layer.inputChannels * layer.outputChannels * layer.kernel * layer.kernel
                + (layer.bias == nil ? 0 : layer.outputChannels)
        }
    }

    /// How many pixels of the input one step of the coarsest layer is: height and width must be multiples of it.
    public var stride: Int {
        var step = 1
        var coarsest = 1
        for layer in layers {
            switch layer {
            case .pixelUnshuffle(let factor): step *= factor
            case .pixelShuffle(let factor): step /= factor
            case .convolution(let convolution): step *= convolution.stride
            case .transposedConvolution(let convolution): step /= convolution.stride
            case .appendNoiseLevel, .save, .add: break
            }
            coarsest = max(coarsest, step)
        }
        return coarsest
    }

    /// How far an output pixel reads on each axis, at most over all positions modulo the stride.
    ///
    /// An interval of output pixels is followed backwards through the layers to the interval of input pixels that it
    /// depends on; a skip connection adds the interval of the place it comes from.
    public var reach: ReceptiveField {
        let stride = stride
        var before = 0
        var after = 0
        for position in 0..<stride {
            let read = interval(readBy: position)
            before = max(before, position - read.lowerBound)
            after = max(after, read.upperBound - position)
        }
        return ReceptiveField(stride: stride, before: before, after: after)
    }

    /// The first and last input index that output index `position` depends on, on an axis without ends.
    private func interval(readBy position: Int) -> ClosedRange<Int> {
        var low = position
        var high = position
        var skips: [Int: ClosedRange<Int>] = [:]
        for layer in layers.reversed() {
            switch layer {
            case .pixelUnshuffle(let factor):
                low *= factor
                high = high * factor + factor - 1
            case .pixelShuffle(let factor):
                low = floorDivided(low, factor)
                high = floorDivided(high, factor)
            case .convolution(let convolution):
                low = low * convolution.stride - convolution.padding
                high = high * convolution.stride - convolution.padding + convolution.kernel - 1
            case .transposedConvolution(let convolution):
                low = floorDivided(low, convolution.stride)
                high = floorDivided(high, convolution.stride)
            case .add(let slot):
                let known = skips[slot] ?? low...high
                skips[slot] = min(low, known.lowerBound)...max(high, known.upperBound)
            case .save(let slot):
                guard let kept = skips.removeValue(forKey: slot) else { continue }
                low = min(low, kept.lowerBound)
                high = max(high, kept.upperBound)
            case .appendNoiseLevel: break
            }
        }
        return low...high
    }

    /// Floating-point operations for one image: two for each product of a convolution.
    public func floatingPointOperations(height: Int, width: Int) -> Double {
        var pixels = Double(height) * Double(width)
        var total = 0.0
        for layer in layers {
            switch layer {
            case .pixelUnshuffle(let factor): pixels /= Double(factor * factor)
            case .pixelShuffle(let factor): pixels *= Double(factor * factor)
            case .convolution(let convolution):
                pixels /= Double(convolution.stride * convolution.stride)
                total += pixels * operationsPerPixel(convolution)
            case .transposedConvolution(let convolution):
                // Every output pixel comes from one input pixel.
                pixels *= Double(convolution.stride * convolution.stride)
                total += pixels * 2 * Double(convolution.inputChannels * convolution.outputChannels)
            case .appendNoiseLevel, .save, .add: break
            }
        }
        return total
    }

    private func operationsPerPixel(_ convolution: Convolution) -> Double {
        2 * Double(convolution.kernel * convolution.kernel)
            * Double(convolution.inputChannels * convolution.outputChannels)
    }
}

private func floorDivided(_ value: Int, _ divisor: Int) -> Int {
    value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}
