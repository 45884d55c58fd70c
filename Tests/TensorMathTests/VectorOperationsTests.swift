import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Vector operations")
struct VectorOperationsTests {
    @Test("inner products are summed in double precision", arguments: [0, 1, 7, 4097, 1 << 20])
    func innerProduct(count: Int) {
        let x = Tensor.random([count], in: 0...1, seed: 1)
        let y = Tensor.random([count], in: 0...1, seed: 2)
        let expected = zip(x.values, y.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let found = x.withView { x in y.withView { inner(x, $0) } }
        #expect(abs(found - expected) <= 1e-8 * expected)
    }

    @Test("complex inner products conjugate the first vector")
    func complex() {
        let x = Tensor.random([301], element: .complex64, seed: 1)
        let y = Tensor.random([301], element: .complex64, seed: 2)
        let (a, b) = (x.values.map(Double.init), y.values.map(Double.init))
        var expected = (real: 0.0, imaginary: 0.0)
        for i in 0..<301 {
            expected.real += a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1]
            expected.imaginary += a[2 * i] * b[2 * i + 1] - a[2 * i + 1] * b[2 * i]
        }
        let found = x.withView { x in y.withView { complexInner(x, $0) } }
        #expect(abs(found.real - expected.real) < 1e-5)
        #expect(abs(found.imaginary - expected.imaginary) < 1e-5)
    }

    @Test("norm, axpy and scale", arguments: [0, 1, 33])
    func elementwise(count: Int) {
        let x = Tensor.random([count], seed: 1)
        var y = Tensor.random([count], seed: 2)
        let before = y.values
        #expect(
            abs(x.withView { norm($0) } - x.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) < 1e-6)
        y.withMutableView { y in x.withView { axpy(-0.5, $0, y) } }
        #expect(maxDifference(y, Tensor([count], zip(x.values, before).map { -0.5 * $0 + $1 })) <= 1e-6)
        let moved = y.values
        y.withMutableView { scale($0, by: 3) }
        #expect(maxDifference(y, Tensor([count], moved.map { 3 * $0 })) <= 1e-6)
    }

    @Test("libraries name themselves")
    func libraries() {
        #expect(Libraries.openBLAS.hasPrefix("OpenBLAS"))
        #expect(Libraries.openBLAS.hasSuffix(Libraries.openBLASCore))
        #expect(!Libraries.openBLASCore.isEmpty)
        #expect(Libraries.fftw.hasPrefix("fftw-3"))
    }
}
