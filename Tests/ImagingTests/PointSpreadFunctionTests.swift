import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Point spread function of AᵀA")
struct PointSpreadFunctionTests {
    @Test(
        "is the kernel's autocorrelation, with zeros around it", arguments: [[1, 1], [2, 3], [5, 4], [7, 9]], [0, 4])
    func autocorrelation(sides: [Int], margin: Int) throws {
        let (rows, columns) = (sides[0], sides[1])
        let kernel = Tensor.random([1, 1, rows, columns], seed: 3)
        let spread = try pointSpreadFunction(
            of: kernel, rows: 2 * rows - 1 + 2 * margin, columns: 2 * columns - 1 + margin)
        #expect(spread.shape == [2 * rows - 1 + 2 * margin, 2 * columns - 1 + margin])
        let values = kernel.values
        var expected = Tensor(spread.shape)
        expected.withMutableView { view in
            for row in 0..<rows {
                for column in 0..<columns {
                    for other in 0..<rows {
                        for beside in 0..<columns {
                            let (y, x) = (other - row + spread.shape[0] / 2, beside - column + spread.shape[1] / 2)
                            view.floats[y * spread.shape[1] + x] +=
                                values[row * columns + column] * values[other * columns + beside]
                        }
                    }
                }
            }
        }
        #expect(relativeDifference(spread, reference: expected) <= 1e-6)
    }

    @Test(
        "added up over blurs, makes their normal operator",
        arguments: [Shape([1, 3, 67, 61]), [7, 5], [2, 1, 48, 64]])
    func normal(image: Shape) throws {
        let kernels = [Tensor.random([1, 1, 5, 4], seed: 1), .random([1, 1, 2, 9], seed: 2)]
        let spreads = try kernels.map { try pointSpreadFunction(of: $0, rows: 9, columns: 17).values }
        let sum = Tensor([9, 17], zip(spreads[0], spreads[1]).map { $0 + $1 })
        let x = Tensor.random(image, seed: 4)
        let b = Tensor.random(image, seed: 5)
        let normal = try CircularNormal(pointSpread: [9, 17], shape: image)
        try sum.withView { (view: TensorView) throws(ImagingError) in try normal.use(pointSpread: view) }
        let expected = try CircularNormal(kernels: kernels, shape: image).normal(x)
        #expect(relativeDifference(normal.normal(x), reference: expected) <= 1e-5)

        var gradient = Tensor(image)
        x.withView { x in
            b.withView { b in
                gradient.withMutableView { normal.gradient(x, backprojection: b, times: 0.25, into: $0) }
            }
        }
        let difference = Tensor(image, zip(expected.values, b.values).map { $0 - 0.25 * $1 })
        #expect(relativeDifference(gradient, reference: difference) <= 1e-5)
    }

    @Test(
        "of kernels for each image or channel, makes their normal operator",
        arguments: [Shape([1, 3, 4, 5]), [2, 1, 3, 3], [2, 3, 2, 6], [1, 1, 4, 4]], [Shape([2, 3]), [1, 3], [2, 1]])
    func planes(kernel: Shape, planes: Shape) throws {
        // A kernel that is alone along an axis serves all; one function must not stand for several.
        guard [1, planes[0]].contains(kernel[0]), [1, planes[1]].contains(kernel[1]) else { return }
        let image: Shape = [2, 3, 17, 19]
        let taps = Tensor.random(kernel, seed: 1)
        let spread = try pointSpreadFunctions(of: taps, shape: Shape(planes.dimensions + [9, 11]))
        #expect(spread.shape == Shape(planes.dimensions + [9, 11]))
        let normal = try CircularNormal(pointSpread: spread.shape, shape: image)
        try spread.withView { (view: TensorView) throws(ImagingError) in try normal.use(pointSpread: view) }
        let x = Tensor.random(image, seed: 4)
        let blur = try PaddedBlur(kernel: taps, shape: image, padding: .circular)
        #expect(relativeDifference(normal.normal(x), reference: blur.adjoint(blur.apply(x))) <= 1e-5)
    }

    @Test("takes another function when it is given one")
    func change() throws {
        let normal = try CircularNormal(pointSpread: [3, 3], shape: [8, 8])
        let x = Tensor.random([8, 8], seed: 1)
        for (factor, seed) in [(1.0, 2), (1.0, 3)] as [(Double, UInt64)] {
            let spread = try pointSpreadFunction(of: .random([1, 1, 2, 2], seed: seed), rows: 3, columns: 3)
            try spread.withView { (view: TensorView) throws(ImagingError) in
                try normal.use(pointSpread: view, scaledBy: factor)
            }
            let fresh = try CircularNormal(kernels: [.random([1, 1, 2, 2], seed: seed)], shape: [8, 8])
            #expect(relativeDifference(normal.normal(x), reference: fresh.normal(x)) <= 1e-5)
        }
    }

    @Test("refuses several planes, too little room and what is no number")
    func refusals() throws {
        let kernel = Tensor.random([1, 1, 3, 3], seed: 1)
        #expect(throws: ImagingError.kernelShape([1, 2, 3, 3], image: [1, 1])) {
            try pointSpreadFunction(of: .random([1, 2, 3, 3], seed: 1), rows: 5, columns: 5)
        }
        for (rows, columns) in [(3, 5), (5, 3), (6, 5), (5, 6)] {
            #expect(throws: ImagingError.kernelShape([1, 1, 3, 3], image: [rows, columns])) {
                try pointSpreadFunction(of: kernel, rows: rows, columns: columns)
            }
        }
        #expect(throws: ImagingError.kernelShape([1, 2, 3, 3], image: [1, 3, 8, 8])) {
            try CircularNormal(pointSpread: [1, 2, 3, 3], shape: [1, 3, 8, 8])
        }
        let normal = try CircularNormal(pointSpread: [1, 3], shape: [8, 8])
        #expect(throws: ImagingError.kernelValue(index: 1)) {
            try Tensor([1, 3], [0, .nan, 0]).withView { (view: TensorView) throws(ImagingError) in
                try normal.use(pointSpread: view)
            }
        }
    }
}
