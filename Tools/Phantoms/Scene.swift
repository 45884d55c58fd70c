/// The scene, from back to front. Coordinates: y from 0 (top) to 1 (bottom), x from 0 to the picture's aspect ratio.
struct Scene {
    let aspect: Double
    private let balloons: [Balloon]
    private let boats: [Boat]
    private let reeds: [Reed]

    /// Where the water begins.
    private let horizon = 0.64

    init(aspect: Double) {
        self.aspect = aspect
        balloons = [
            Balloon(
                x: 0.22 * aspect, y: 0.23, radius: 0.135, gores: 7,
                colours: [Colour(0.86, 0.16, 0.18), Colour(0.97, 0.92, 0.80)]),
            Balloon(
                x: 0.45 * aspect, y: 0.115, radius: 0.055, gores: 5,
                colours: [Colour(0.10, 0.42, 0.55), Colour(0.96, 0.78, 0.25)]),
        ]
        boats = [
            Boat(x: 0.36 * aspect, y: 0.80, size: 0.30, sail: Colour(0.96, 0.94, 0.88), jib: Colour(0.84, 0.30, 0.16)),
            Boat(x: 0.86 * aspect, y: 0.715, size: 0.15, sail: Colour(0.98, 0.83, 0.42), jib: Colour(0.93, 0.93, 0.95)),
            Boat(x: 0.12 * aspect, y: 0.685, size: 0.10, sail: Colour(0.80, 0.86, 0.93), jib: Colour(0.95, 0.62, 0.40)),
        ]
        reeds = (0..<34).map { Reed(number: $0, aspect: aspect) }
    }

    func colour(_ x: Double, _ y: Double) -> Colour {
        for reed in reeds {
            if let colour = reed.colour(x, y) { return colour }
        }
        for boat in boats {
            if let colour = boat.colour(x, y) { return colour }
        }
        guard y < horizon else { return water(x, y) }
        for balloon in balloons {
            if let colour = balloon.colour(x, y) { return colour }
        }
        return hills(x, y) ?? sky(x, y)
    }

    // Sky and sun

    private var sunX: Double { 0.66 * aspect }
    private let sunY = 0.36
    private let sunRadius = 0.155

    private func sky(_ x: Double, _ y: Double) -> Colour {
        let (dx, dy) = (x - sunX, y - sunY)
        let distance = (dx * dx + dy * dy).squareRoot()
        if distance < sunRadius, let sun = sun(dy) { return sun }

        let high = Colour(0.13, 0.18, 0.42)
        let middle = Colour(0.74, 0.38, 0.50)
        let low = Colour(0.99, 0.74, 0.46)
        var colour = high.mixed(with: middle, smoothStep(0, 0.38, y)).mixed(with: low, smoothStep(0.26, 0.6, y))
        let cloud = texture(2.2 * x + 7, 11 * y, seed: 3)
        colour = colour.mixed(with: Colour(0.98, 0.78, 0.70), 0.45 * smoothStep(0.52, 0.74, cloud))
        return colour.mixed(with: Colour(1, 0.86, 0.55), 0.6 * (1 - smoothStep(sunRadius, 0.42, distance)))
    }

    /// Its lower half is cut by stripes of the sky behind, finer and finer towards the top.
    private func sun(_ dy: Double) -> Colour? {
        let depth = dy / sunRadius
        var stripe = 0.06
        while stripe < 1 {
            let width = 0.02 + 0.11 * stripe
            if depth > stripe, depth < stripe + width { return nil }
            stripe = 1.28 * stripe + 0.06
        }
        return Colour(1, 0.95, 0.66).mixed(with: Colour(0.98, 0.45, 0.30), smoothStep(-1, 1, depth))
    }

    // Hills

    private func hills(_ x: Double, _ y: Double) -> Colour? {
        let near = 0.535 + 0.17 * (texture(2.1 * x, 0.5, seed: 20) - 0.42)
        if y > near {
            let grain = texture(26 * x, 34 * y, seed: 21)
            let shade = Colour(0.09, 0.19, 0.20).mixed(with: Colour(0.36, 0.47, 0.26), smoothStep(0.25, 0.75, grain))
            return shade.mixed(with: Colour(0.50, 0.40, 0.38), smoothStep(near + 0.12, near, y) * 0.4)
        }
        let far = 0.47 + 0.30 * (texture(1.5 * x + 3, 0.5, seed: 31) - 0.5)
        guard y > far else { return nil }
        let grain = texture(11 * x + 6 * y, 13 * y - 4 * x, seed: 32)
        let rock = Colour(0.26, 0.22, 0.40).mixed(with: Colour(0.62, 0.46, 0.58), smoothStep(0.35, 0.65, grain))
        return rock.mixed(with: Colour(0.93, 0.90, 0.95), smoothStep(far + 0.05, far, y) * smoothStep(0.44, 0.36, far))
    }

    // Water

    private func water(_ x: Double, _ y: Double) -> Colour {
        let depth = (y - horizon) / (1 - horizon)
        let base = Colour(0.86, 0.60, 0.52).mixed(with: Colour(0.07, 0.16, 0.32), smoothStep(-0.1, 0.8, depth))
        // Ripples lie flat, and grow towards the viewer.
        let nearness = 1 / (0.12 + depth)
        let ripple = texture(5 * x * nearness.squareRoot() + 40, 16 * nearness, seed: 50)
        var colour = base.mixed(with: Colour(0.98, 0.80, 0.66), 0.55 * smoothStep(0.55, 0.75, ripple))
        colour = colour.mixed(with: Colour(0.03, 0.08, 0.20), 0.5 * smoothStep(0.45, 0.28, ripple))
        let spread = abs(x - sunX) / (0.05 + 0.16 * depth)
        let glint = (1 - smoothStep(0.2, 1.1, spread)) * smoothStep(0.36, 0.6, ripple)
        return colour.mixed(with: Colour(1, 0.90, 0.60), 0.85 * glint)
    }
}
