/// What TensorMath cannot do, in words that tell how to mend it.
public enum TensorMathError: Error, Equatable, CustomStringConvertible {
    case extents(height: Int, width: Int)
    case plan(height: Int, width: Int)
    case values(expected: Int, found: Int)

    public var description: String {
        switch self {
        case .extents(let height, let width):
            "cannot transform planes of \(height) × \(width); both sides must be 1 or more and fit 32 bits"
        case .plan(let height, let width):
            "FFTW has no plan for planes of \(height) × \(width); check that libfftw3 is installed and memory is free"
        case .values(let expected, let found):
            "a plane of \(expected) values was expected, \(found) were given; pass all of its rows"
        }
    }
}
