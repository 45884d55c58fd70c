import Imaging
import Tensors
import TestSupport
import Testing

/// A blur's sizes and padding: kernel, then images.
struct BlurSample: Sendable, CustomTestStringConvertible {
    let kernel: Shape
    let image: Shape
    var padding = BorderPadding.circular
    /// The method asked for; the one that the sizes choose otherwise.
    var method: BlurMethod?

    var testDescription: String {
        "kernel \(kernel), images \(image), \(padding), \(method.map { "\($0)" } ?? "best")"
    }

    /// The kernel's values; a product of rows and columns where the method needs one.
    var kernelValues: Tensor {
        guard method == .separable else { return .random(kernel, seed: 7) }
        let (rows, columns) = (kernel[2], kernel[3])
        let down = Tensor.random([kernel.count / columns], seed: 7).values
        let across = Tensor.random([kernel.count / rows], seed: 8).values
        return Tensor(
            kernel,
            (0..<kernel.count).map { i in
                let (plane, entry) = i.quotientAndRemainder(dividingBy: rows * columns)
                return down[plane * rows + entry / columns] * across[plane * columns + entry % columns]
            })
    }

    func make(threads: Int = 1) throws -> PaddedBlur {
        try PaddedBlur(kernel: kernelValues, shape: image, padding: padding, threads: threads, method: method)
    }

    /// Odd, even and asymmetric sides, sides 1 and 2, kernels larger than the image, one kernel a channel or an image.
    static let all = [
        BlurSample(kernel: [1, 1, 5, 7], image: [1, 3, 16, 12]),
        BlurSample(kernel: [1, 1, 4, 6], image: [2, 1, 15, 13]),
        BlurSample(kernel: [1, 1, 1, 1], image: [1, 1, 5, 4]),
        BlurSample(kernel: [1, 1, 2, 2], image: [1, 2, 8, 9]),
        BlurSample(kernel: [1, 1, 1, 2], image: [1, 1, 1, 7]),
        BlurSample(kernel: [1, 1, 9, 14], image: [1, 1, 4, 5]),
        BlurSample(kernel: [1, 1, 30, 3], image: [1, 1, 7, 1]),
        BlurSample(kernel: [1, 3, 3, 3], image: [2, 3, 6, 8]),
        BlurSample(kernel: [2, 1, 3, 5], image: [2, 3, 6, 8]),
        BlurSample(kernel: [2, 3, 2, 5], image: [2, 3, 9, 7]),
        BlurSample(kernel: [1, 1, 3, 4], image: [11, 70]),
        BlurSample(kernel: [1, 1, 13, 6], image: [1, 1, 127, 131]),
    ]

    /// Every padding and method for all of these sizes that the padding allows.
    static let everyWay = all.flatMap { sample in
        BorderPadding.allCases.flatMap { padding in
            [BlurMethod.direct, .separable, .fourier].compactMap { method in
                let way = BlurSample(kernel: sample.kernel, image: sample.image, padding: padding, method: method)
                return way.fits ? way : nil
            }
        }
    }

    private var fits: Bool {
        zip(kernel.trailing(2), image.trailing(2)).allSatisfy { taps, side in
            switch padding {
            case .circular, .replicate, .constant: true
            case .valid: taps <= side
            case .reflect: taps / 2 < side
            }
        }
    }

    /// The blur term by term in double precision, with its definition of a border written out once more.
    func reference(_ x: Tensor) -> Tensor {
        let (sides, taps) = (image.trailing(2), kernel.trailing(2))
        let (values, weights) = (x.values, kernelValues.values)
        let out = padding == .valid ? [sides[0] - taps[0] + 1, sides[1] - taps[1] + 1] : sides
        let centre = padding == .valid ? taps.map { $0 - 1 } : taps.map { $0 / 2 }
        func source(_ i: Int, _ n: Int) -> Int? {
            switch padding {
            case .circular: ((i % n) + n) % n
            case .replicate: min(max(i, 0), n - 1)
            case .reflect: i < 0 ? -i : (i < n ? i : 2 * n - 2 - i)
            case .valid, .constant: (0..<n).contains(i) ? i : nil
            }
        }
        var result = [Float]()
        for plane in 0..<image.count / (sides[0] * sides[1]) {
            let (n, c) = image.rank == 4 ? (plane / image[1], plane % image[1]) : (0, 0)
            let own = (kernel[0] == 1 ? 0 : n) * kernel[1] + (kernel[1] == 1 ? 0 : c)
            for row in 0..<out[0] {
                for column in 0..<out[1] {
                    var sum = 0.0
                    for a in 0..<taps[0] {
                        guard let r = source(row + centre[0] - a, sides[0]) else { continue }
                        for b in 0..<taps[1] {
                            guard let s = source(column + centre[1] - b, sides[1]) else { continue }
                            sum +=
                                Double(weights[(own * taps[0] + a) * taps[1] + b])
                                * Double(values[(plane * sides[0] + r) * sides[1] + s])
                        }
                    }
                    result.append(Float(sum))
                }
            }
        }
        return Tensor(image.replacingTrailing(out), result)
    }
}
