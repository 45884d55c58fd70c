package import Tensors

/// Test patterns far from photographs: what a denoiser must be well-behaved on, too.
///
/// Like the phantom they are drawn by arithmetic alone, so that they are the same on every machine.
package enum Pattern: String, CaseIterable, Sendable {
    case stripes2 = "stripes, 2 pixels"
    case stripes = "stripes, 8 pixels"
    case slanted = "slanted stripes"
    case waves = "soft waves"
    case checks1 = "checks, 1 pixel"
    case checks = "checks, 6 pixels"
    case colouredChecks = "coloured checks"
    case rings
    case zonePlate = "zone plate"
    case words
    case paleWords = "pale words on gray"
    case slope
    case colouredSlope = "coloured slope"
    case staircase
    case black
    case gray
    case white
    case noise
    case brightPixel = "one bright pixel"
    case brightPixels = "scattered bright pixels"

    /// Draws the pattern as float32 of shape 1 × 3 × height × width, in [0, 1].
    ///
    /// - Precondition: both sides are positive.
    package func draw(width: Int, height: Int) -> Tensor {
        var tensor = Tensor([1, 3, height, width])
        tensor.withMutableView { view in
            for row in 0..<height {
                for column in 0..<width {
                    let colour = colour(row, column, height: height, width: width)
                    let pixel = row * width + column
                    view.floats[pixel] = Float(colour.red)
                    view.floats[pixel + height * width] = Float(colour.green)
                    view.floats[pixel + 2 * height * width] = Float(colour.blue)
                }
            }
        }
        return tensor
    }

    private func colour(_ row: Int, _ column: Int, height: Int, width: Int) -> Colour {
        let (x, y) = (Double(column), Double(row))
        let (right, down) = (x / Double(max(width - 1, 1)), y / Double(max(height - 1, 1)))
        switch self {
        case .stripes2: return .tone(column % 2 == 0 ? 1 : 0)
        case .stripes: return .tone(row / 4 % 2 == 0 ? 0.9 : 0.1)
        case .slanted: return .tone((2 * column + row) / 10 % 2 == 0 ? 1 : 0)
        case .waves: return .tone(Pattern.triangle((x + 0.5 * y) / 12))
        case .checks1: return .tone((row + column) % 2 == 0 ? 1 : 0)
        case .checks: return .tone((row / 6 + column / 6) % 2 == 0 ? 1 : 0)
        case .colouredChecks:
            return (row / 8 + column / 8) % 2 == 0
                ? Colour(0.9, 0.3, 0.1) : Colour(0.1, 0.4, 0.8)
        case .rings: return .tone(Pattern.radius(x, y, height, width).truncatingRemainder(dividingBy: 8) < 4 ? 1 : 0)
        case .zonePlate:
            let radius = Pattern.radius(x, y, height, width)
            return .tone(Pattern.triangle(radius * radius / Double(2 * max(height, width))))
        case .words: return .tone(Letters.isInk(row, column) ? 0 : 1)
        case .paleWords: return .tone(Letters.isInk(row, column) ? 0.62 : 0.5)
        case .slope: return .tone(right)
        case .colouredSlope: return Colour(right, down, 1 - right)
        case .staircase: return .tone((8 * right).rounded(.down) / 8)
        case .black: return .tone(0)
        case .gray: return .tone(0.5)
        case .white: return .tone(1)
        case .noise: return .tone(Pattern.hashed(row, column))
        case .brightPixel: return .tone(row == height / 2 && column == width / 2 ? 1 : 0)
        case .brightPixels: return .tone(Pattern.hashed(row, column) > 0.99 ? 1 : 0.05)
        }
    }

    /// From 0 to 1 and back over one period of 1.
    private static func triangle(_ phase: Double) -> Double {
        let part = phase - phase.rounded(.down)
        return part < 0.5 ? 2 * part : 2 - 2 * part
    }

    private static func radius(_ x: Double, _ y: Double, _ height: Int, _ width: Int) -> Double {
        let (across, along) = (x - 0.4 * Double(width), y - 0.6 * Double(height))
        return (across * across + along * along).squareRoot()
    }

    /// A number in [0, 1) that looks random (the finaliser of SplitMix64).
    private static func hashed(_ row: Int, _ column: Int) -> Double {
        var bits = UInt64(truncatingIfNeeded: row) << 32 | UInt64(truncatingIfNeeded: column)
        bits = (bits &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ bits >> 31) >> 11) * 0x1p-53
    }
}

/// Lines of letters, five by seven pixels each.
private enum Letters {
    /// A row of pixels a number, the leftmost the highest of five bits.
    private static let shapes: [[UInt8]] = [
        [14, 17, 16, 14, 1, 17, 14], [4, 4, 10, 10, 31, 17, 17], [17, 17, 21, 21, 21, 10, 10],
        [30, 17, 17, 30, 20, 18, 17], [14, 4, 4, 4, 4, 4, 14], [31, 4, 4, 4, 4, 4, 4], [31, 16, 16, 30, 16, 16, 16],
        [14, 17, 17, 17, 17, 17, 14],
    ]

    static func isInk(_ row: Int, _ column: Int) -> Bool {
        let (line, y) = (row / 10, row % 10)
        let (place, x) = (column / 6, column % 6)
        // Every fifth place is empty, as between words.
        guard y < 7, x < 5, (place + line) % 5 != 4 else { return false }
        return shapes[(3 * place + 5 * line) % shapes.count][y] >> (4 - x) & 1 == 1
    }
}

extension Colour {
    fileprivate static func tone(_ value: Double) -> Colour { Colour(value, value, value) }
}
