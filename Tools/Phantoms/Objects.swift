/// A hot-air balloon: a striped sphere above a basket on thin ropes.
struct Balloon {
    let x: Double
    let y: Double
    let radius: Double
    /// Stripes across the visible half.
    let gores: Int
    let colours: [Colour]

    func colour(_ px: Double, _ py: Double) -> Colour? {
        let (dx, dy) = ((px - x) / radius, (py - y) / radius)
        return envelope(dx, dy) ?? basket(dx, dy)
    }

    private func envelope(_ dx: Double, _ dy: Double) -> Colour? {
        // A circle above, narrowing to the mouth below.
        let halfWidth: Double
        if dy <= 0 {
            guard dy > -1 else { return nil }
            halfWidth = (1 - dy * dy).squareRoot()
        } else {
            guard dy < 1.35 else { return nil }
            let t = dy / 1.35
            halfWidth = 1 - 0.82 * t * t
        }
        let across = dx / halfWidth
        guard abs(across) < 1 else { return nil }
        // Meridians seen from the side crowd towards the rim; a rational stand-in for the arc sine does.
        let angle = across * (1 + 0.57 * across * across) / 1.57
        let gore = Int(((angle + 1) / 2 * Double(gores)).rounded(.down))
        var colour = colours[gore % colours.count]
        if dy > 0.10, dy < 0.24 { colour = Colour(0.14, 0.16, 0.30) }
        let light = 0.72 + 0.28 * (1 - (across + 0.35) * (across + 0.35))
        return colour * min(light, 1)
    }

    private func basket(_ dx: Double, _ dy: Double) -> Colour? {
        if abs(dx) < 0.15, dy > 1.68, dy < 1.92 {
            let weave = (Int((dx * 26 + 40).rounded(.down)) + Int((dy * 26).rounded(.down))) % 2 == 0
            return weave ? Colour(0.50, 0.30, 0.14) : Colour(0.30, 0.17, 0.08)
        }
        guard dy > 1.3, dy < 1.7 else { return nil }
        let ropes = [-0.14, -0.05, 0.05, 0.14]
        return ropes.contains { abs(dx - $0) < 0.014 } ? Colour(0.16, 0.10, 0.10) : nil
    }
}

/// A sailing boat: hull, mast, two sails with seams, and stays.
struct Boat {
    let x: Double
    /// Of the waterline.
    let y: Double
    /// Height of the mast.
    let size: Double
    let sail: Colour
    let jib: Colour

    func colour(_ px: Double, _ py: Double) -> Colour? {
        let (u, v) = ((px - x) / size, (y - py) / size)  // v upwards from the waterline, 1 at the masthead
        guard abs(u) < 0.8, v > -0.55, v < 1.2 else { return nil }
        if let colour = hull(u, v) ?? rig(u, v) { return colour }
        // A broken reflection, darker than what it mirrors.
        guard v < 0 else { return nil }
        let sway = 0.05 * (noise(9 * u + 3, 34 * v, seed: 70) - 0.5)
        guard noise(7 * u, 46 * v, seed: 71) > 0.40, let mirrored = hull(u + sway, -2 * v) ?? rig(u + sway, -2 * v)
        else { return nil }
        return mirrored * 0.55 + Colour(0.05, 0.09, 0.16)
    }

    private func hull(_ u: Double, _ v: Double) -> Colour? {
        guard v >= 0, v < 0.115 else { return nil }
        let slope = 0.9 * (0.115 - v)
        guard u > -0.44 + slope, u < 0.52 - slope else { return nil }
        if v > 0.095 { return Colour(0.95, 0.90, 0.80) }
        return v < 0.03 ? Colour(0.55, 0.13, 0.12) : Colour(0.15, 0.20, 0.33)
    }

    private func rig(_ u: Double, _ v: Double) -> Colour? {
        guard v > 0.1, v < 1.06 else { return nil }
        let dark = Colour(0.15, 0.11, 0.10)
        if abs(u) < 0.010 { return dark }
        // Mainsail: a triangle behind the mast, its leech slightly curved.
        let t = (v - 0.19) / 0.80
        if u < -0.02, t > 0, t < 1, u > -0.40 * (1 - t) * (1 + 0.30 * t) - 0.02 {
            let seam = v * 9 + 2.2 * u
            let isSeam = seam - seam.rounded(.down) < 0.07
            return sail * (isSeam ? 0.72 : 0.86 + 0.14 * smoothStep(-0.4, 0, u))
        }
        // Jib: a triangle before it.
        let s = (v - 0.15) / 0.72
        if u > 0.045, s > 0, s < 1, u < 0.045 + 0.40 * (1 - s), u > 0.045 + 0.12 * s * (1 - s) {
            return jib * (0.82 + 0.18 * smoothStep(0.4, 0, u))
        }
        if abs(u + 0.20) < 0.22, abs(v - 0.175) < 0.010 { return dark }
        // Stays to bow and stern.
        let fore = abs(u - 0.48 * (1.03 - v) / 0.93)
        let aft = abs(u + 0.42 * (1.03 - v) / 0.93)
        return min(fore, aft) < 0.006 ? dark : nil
    }
}

/// A blade of reed: a thin arc from the lower edge.
struct Reed {
    private let foot: Double
    private let length: Double
    private let lean: Double
    private let width: Double
    private let colour: Colour

    init(number: Int, aspect: Double) {
        func random(_ salt: UInt64) -> Double { fraction(UInt64(number) &* 16 &+ salt, 90) }
        // In two clumps at the lower corners.
        let offset = random(0) * random(1)
        foot = number % 3 == 0 ? 0.34 * aspect * offset : aspect * (1 - 0.30 * offset)
        length = 0.12 + 0.26 * random(2)
        lean = 0.9 * (random(3) - 0.5)
        width = 0.0022 + 0.0030 * random(4)
        colour = Colour(0.10, 0.20, 0.12).mixed(with: Colour(0.62, 0.60, 0.26), random(5))
    }

    func colour(_ x: Double, _ y: Double) -> Colour? {
        let t = (1 - y) / length  // 0 at the foot, 1 at the tip
        guard t < 1 else { return nil }
        let middle = foot + lean * length * t * t
        return abs(x - middle) < width * (1 - 0.7 * t) ? colour : nil
    }
}
