import Networks
import Tensors

/// Networks by plain loops in double precision: what the engine must compute.
enum ReferenceNetwork {
    private struct Image {
        var channels: Int
        var height: Int
        var width: Int
        var values: [Double]

        init(_ channels: Int, _ height: Int, _ width: Int) {
            (self.channels, self.height, self.width) = (channels, height, width)
            values = Array(repeating: 0, count: channels * height * width)
        }

        subscript(_ c: Int, _ y: Int, _ x: Int) -> Double {
            get { values[(c * height + y) * width + x] }
            set { values[(c * height + y) * width + x] = newValue }
        }
    }

    /// `image` is `N × C × H × W`; it is extended by its last row and column to the network's stride, and cropped after.
    static func run(_ network: Network, _ weights: [String: Tensor], _ image: Tensor, sigma: Double) -> Tensor {
        let stride = network.stride
        let (channels, height, width) = (image.shape[1], image.shape[2], image.shape[3])
        let values = image.values
        var output: [Float] = []
        for n in 0..<image.shape[0] {
            var input = Image(
                channels, (height + stride - 1) / stride * stride, (width + stride - 1) / stride * stride)
            for c in 0..<channels {
                for y in 0..<input.height {
                    for x in 0..<input.width {
                        let row = (n * channels + c) * height + min(y, height - 1)
                        input[c, y, x] = Double(values[row * width + min(x, width - 1)])
                    }
                }
            }
            let result = run(network, weights, input, sigma)
            for c in 0..<channels {
                for y in 0..<height {
                    for x in 0..<width { output.append(Float(result[c, y, x])) }
                }
            }
        }
        return Tensor(image.shape, output)
    }

    private static func run(
        _ network: Network, _ weights: [String: Tensor], _ input: Image, _ sigma: Double
    ) -> Image {
        var value = input
        var slots: [Int: Image] = [:]
        for layer in network.layers {
            switch layer {
            case .pixelUnshuffle(let f):
                var next = Image(value.channels * f * f, value.height / f, value.width / f)
                for c in 0..<next.channels {
                    for y in 0..<next.height {
                        for x in 0..<next.width {
                            next[c, y, x] = value[c / (f * f), y * f + c % (f * f) / f, x * f + c % f]
                        }
                    }
                }
                value = next
            case .pixelShuffle(let f):
                var next = Image(value.channels / (f * f), value.height * f, value.width * f)
                for c in 0..<value.channels {
                    for y in 0..<value.height {
                        for x in 0..<value.width {
                            next[c / (f * f), y * f + c % (f * f) / f, x * f + c % f] = value[c, y, x]
                        }
                    }
                }
                value = next
            case .appendNoiseLevel:
                value.values += Array(repeating: sigma, count: value.height * value.width)
                value.channels += 1
            case .convolution(let layer): value = convolve(value, layer, weights)
            case .transposedConvolution(let layer): value = convolveTransposed(value, layer, weights)
            case .save(let slot): slots[slot] = value
            case .add(let slot):
                for (index, other) in (slots[slot]?.values ?? []).enumerated() { value.values[index] += other }
            }
        }
        return value
    }

    private static func convolve(_ x: Image, _ layer: Convolution, _ weights: [String: Tensor]) -> Image {
        let (k, s, p) = (layer.kernel, layer.stride, layer.padding)
        var y = Image(layer.outputChannels, (x.height + 2 * p - k) / s + 1, (x.width + 2 * p - k) / s + 1)
        let w = weights[layer.weight]?.values ?? []
        let bias = layer.bias.flatMap { weights[$0]?.values }
        for o in 0..<y.channels {
            for row in 0..<y.height {
                for column in 0..<y.width {
                    var sum = Double(bias?[o] ?? 0)
                    for i in 0..<x.channels {
                        for dy in 0..<k where (0..<x.height).contains(row * s + dy - p) {
                            for dx in 0..<k where (0..<x.width).contains(column * s + dx - p) {
                                sum +=
                                    Double(w[((o * x.channels + i) * k + dy) * k + dx])
                                    * x[i, row * s + dy - p, column * s + dx - p]
                            }
                        }
                    }
                    y[o, row, column] = layer.relu ? max(sum, 0) : sum
                }
            }
        }
        return y
    }

    private static func convolveTransposed(
        _ x: Image, _ layer: Convolution, _ weights: [String: Tensor]
    ) -> Image {
        let k = layer.kernel
        var y = Image(layer.outputChannels, x.height * k, x.width * k)
        let w = weights[layer.weight]?.values ?? []
        let bias = layer.bias.flatMap { weights[$0]?.values } ?? []
        for (o, value) in bias.enumerated() {
            for pixel in 0..<y.height * y.width { y.values[o * y.height * y.width + pixel] = Double(value) }
        }
        for i in 0..<x.channels {
            for o in 0..<y.channels {
                for row in 0..<y.height {
                    for column in 0..<y.width {
                        let weight = w[((i * y.channels + o) * k + row % k) * k + column % k]
                        y[o, row, column] += Double(weight) * x[i, row / k, column / k]
                    }
                }
            }
        }
        return y
    }
}
