import TensorMath
import Testing

@Suite("Fourier sizes")
struct FourierSizeTests {
    @Test("are long enough and below twice the minimum", arguments: Array(1...600))
    func range(minimum: Int) {
        let size = FourierSize.best(atLeast: minimum)
        #expect(size >= minimum && size < 2 * minimum + 1)
        #expect(FourierSize.cost(size) <= FourierSize.cost(minimum))
    }

    @Test(
        "have no prime factor that FFTW is slow at",
        arguments: [(512, 512), (767, 768), (768, 768), (811, 896), (534, 640), (1, 1), (13, 14)])
    func known(minimum: Int, size: Int) {
        #expect(FourierSize.best(atLeast: minimum) == size)
    }

    @Test("a large prime factor costs more than the next good length", arguments: [767, 521, 1021, 997, 2 * 499])
    func primes(length: Int) {
        #expect(FourierSize.cost(length) > FourierSize.cost(FourierSize.best(atLeast: length)))
    }
}
