import Tensors
import Testing

@Suite("Fourier sizes")
struct FourierSizeTests {
    @Test("are long enough, at most twice the minimum, and the cheapest such", arguments: Array(1...600))
    func range(minimum: Int) {
        let size = FourierSize.best(atLeast: minimum)
        #expect(size >= minimum && size <= 2 * minimum)
        let others = (minimum...2 * minimum).filter { FourierSize.cost($0) < FourierSize.cost(size) }
        #expect(others.isEmpty, "cheaper than \(size): \(others)")
    }

    @Test(
        "have no prime factor that FFTW is slow at",
        arguments: [(512, 512), (767, 768), (768, 768), (811, 896), (534, 640), (1, 1), (13, 14)])
    func known(minimum: Int, size: Int) {
        #expect(FourierSize.best(atLeast: minimum) == size)
    }

    @Test("are found at once for any length", arguments: [999_999_937, (1 << 40) + 1, (1 << 48) - 1])
    func large(minimum: Int) {
        #expect(FourierSize.best(atLeast: minimum) >= minimum)
    }

    @Test("a large prime factor costs more than the next good length", arguments: [767, 521, 1021, 997, 2 * 499])
    func primes(length: Int) {
        #expect(FourierSize.cost(length) > FourierSize.cost(FourierSize.best(atLeast: length)))
    }
}
