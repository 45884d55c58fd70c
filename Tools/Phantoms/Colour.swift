/// Red, green and blue, 0 to 1.
struct Colour {
    var red: Double
    var green: Double
    var blue: Double

    static let black = Colour(0, 0, 0)

    init(_ red: Double, _ green: Double, _ blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    static func + (left: Colour, right: Colour) -> Colour {
        Colour(left.red + right.red, left.green + right.green, left.blue + right.blue)
    }

    static func * (colour: Colour, factor: Double) -> Colour {
        Colour(colour.red * factor, colour.green * factor, colour.blue * factor)
    }

    /// This colour at `amount` 0, the other at 1.
    func mixed(with other: Colour, _ amount: Double) -> Colour {
        self * (1 - amount) + other * amount
    }
}

/// 0 below `low`, 1 above `high`, a smooth cubic between.
func smoothStep(_ low: Double, _ high: Double, _ value: Double) -> Double {
    let t = min(max((value - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
}

/// Smooth noise in 0...1 with about one bump a unit, the same for the same seed.
func noise(_ x: Double, _ y: Double, seed: UInt64) -> Double {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (u, v) = (smoothStep(0, 1, x - left), smoothStep(0, 1, y - top))
    func corner(_ dx: Double, _ dy: Double) -> Double {
        fraction(UInt64(bitPattern: Int64(left + dx)) &* 0x1F1F_1F1F &+ UInt64(bitPattern: Int64(top + dy)), seed)
    }
    let above = corner(0, 0) * (1 - u) + corner(1, 0) * u
    let below = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return above * (1 - v) + below * v
}

/// Four octaves of ``noise(_:_:seed:)``, in 0...1.
func texture(_ x: Double, _ y: Double, seed: UInt64) -> Double {
    var sum = 0.0
    var (scale, weight) = (1.0, 8.0 / 15)
    for octave in 0..<4 {
        sum += weight * noise(x * scale, y * scale, seed: seed &+ UInt64(octave))
        scale *= 2
        weight /= 2
    }
    return sum
}

/// A number in 0..<1 for a counter and a seed (SplitMix64's mixing, Steele et al. 2014).
func fraction(_ counter: UInt64, _ seed: UInt64) -> Double {
    var z = counter &* 0x9E37_79B9_7F4A_7C15 &+ seed &* 0xD1B5_4A32_D192_ED03
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 11) * 0x1p-53
}
