internal import GraphModel
internal import Networks
internal import Tensors

/// Looks for the placement with the shortest iteration, transfers counted twice: several are drawn up and played through,
/// and the best is improved step by step. The same graph, workers and links always give the same.
struct PlacementSearch {
    /// A placement and what it is compared by, ``Schedule/score``.
    struct Candidate {
        let placement: Placement
        let homes: [Int]
        let score: Double
    }

    private let expansion: Expansion
    private let frame: PlacementFrame
    private let loop: LoopGraph
    /// For every axis, index by index, the loop's instances.
    private let units: [[[Slot]]]
    private let workers: [Worker]
    private let links: Links
    private let automatic: ConvolutionMethod
    /// For each sort of worker the seconds of every instance.
    private let seconds: [[Double]]
    private let sort: [Int]

    /// Instances played through in a search, in all.
    private static let budget = 400_000

    init(_ expansion: Expansion, workers: [Worker], links: Links) {
        self.expansion = expansion
        self.workers = workers
        self.links = links
        let loop = LoopGraph(expansion)
        self.loop = loop
        let frame = PlacementFrame(expansion)
        self.frame = frame
        var units = frame.axes.map { [[Slot]](repeating: [], count: $0) }
        for position in loop.computed {
            guard let axis = frame.axis[position] else { continue }
            units[axis][expansion.instances[position].index].append(position)
        }
        self.units = units
        let automatic: ConvolutionMethod = workers.allSatisfy(\.hasWinograd) ? .winograd : .direct
        self.automatic = automatic
        // Workers of equal speeds share one column.
        var sorts: [Speeds: Int] = [:]
        var seconds: [[Double]] = []
        sort = workers.map { worker in
            if let known = sorts[worker.speeds] { return known }
            let number = seconds.count
            sorts[worker.speeds] = number
            seconds.append(expansion.instances.map { worker.speeds.seconds($0.cost, automatic: automatic) })
            return number
        }
        self.seconds = seconds
    }

    /// Placements, the best first, and that improved.
    func candidates() -> [Candidate] {
        var drafts: [Placement] = []
        let ranked = bySpeed()
        // Where nothing is in the loop, all that counts is to share out what comes before it.
        let counts = loop.computed.isEmpty ? [workers.count] : PlacementSearch.counts(upTo: workers.count)
        for count in counts { drafts.append(runs(Array(ranked.prefix(count)))) }
        drafts.append(earliestFinish())
        var candidates = drafts.map(played)
        candidates.sort { $0.score < $1.score }
        guard let best = candidates.first else { return [] }
        let improved = improve(best)
        return improved.score < best.score ? [improved] + candidates : candidates
    }

    /// Seconds of an iteration that no placement on these workers can beat: the longest way through the loop on the
    /// fastest of them, and all work shared out evenly, whichever is longer. It is a bound for workers of which each is as
    /// many times faster than another whatever it computes.
    func lowerBound() -> Double {
        func least(_ position: Slot) -> Double { seconds.map { $0[position] }.min() ?? 0 }
        var ways = [Double](repeating: 0, count: expansion.instances.count)
        for position in loop.computed {
            ways[position] = least(position) + (loop.reads[position].map { ways[$0.source] }.max() ?? 0)
        }
        let rates = sort.map { 1 / max(total(loop.computed, on: $0), .leastNormalMagnitude) }
        return max(ways.max() ?? 0, 1 / rates.reduce(0, +))
    }

    /// One worker to all of them, in steps of about a third.
    static func counts(upTo count: Int) -> [Int] {
        var counts: [Int] = []
        var next = 1
        while next < count {
            counts.append(next)
            next += max(1, next / 3)
        }
        return counts + [count]
    }

    private func total(_ positions: [Slot], on sort: Int) -> Double {
        positions.reduce(0) { $0 + seconds[sort][$1] }
    }

    private func bySpeed() -> [Int] {
        let totals = seconds.indices.map { total(loop.computed, on: $0) }
        return workers.indices.sorted { (totals[sort[$0]], $0) < (totals[sort[$1]], $1) }
    }

    private func played(_ placement: Placement) -> Candidate {
        let homes = frame.homes(placement)
        return Candidate(placement: placement, homes: homes, score: schedule(homes).score)
    }

    private func schedule(_ homes: [Int]) -> Schedule {
        let (whole, places) = expansion.withPartialSums(homes)
        guard whole.instances.count == expansion.instances.count else {
            return Schedule(whole, LoopGraph(whole), homes: places, workers: workers, links: links) {
                position, worker in
                workers[worker].speeds.seconds(whole.instances[position].cost, automatic: automatic)
            }
        }
        return Schedule(expansion, loop, homes: homes, workers: workers, links: links) { position, worker in
            seconds[sort[worker]][position]
        }
    }

    // MARK: Drafts

    /// The indices of an axis in contiguous runs over some workers, each as long as the worker is fast; everything else on
    /// the first. Neighbouring tiles stay together, so that windows share rows.
    private func runs(_ chosen: [Int]) -> Placement {
        let axes = units.map { units in
            // An axis that is only used before or after the loop is spread as if it were.
            let weights = units.map { unit in max(total(unit, on: sort[chosen[0]]), 1e-12) }
            let rates = chosen.map { worker in
                1 / max(units.reduce(0) { $0 + total($1, on: sort[worker]) }, 1e-12)
            }
            return PlacementSearch.spread(weights, over: rates).map { chosen[$0] }
        }
        return Placement(axes: axes, single: singles { _ in chosen[0] })
    }

    private func singles(_ home: (Slot) -> Int) -> [Slot: Int] {
        var single: [Slot: Int] = [:]
        for position in loop.computed where frame.axis[position] == nil {
            single[position] = home(position)
        }
        return single
    }

    /// For each of the weights, which of the shares it falls to: the middle of each decides, so that a run is neither cut
    /// short nor drawn out.
    static func spread(_ weights: [Double], over rates: [Double]) -> [Int] {
        let all = weights.reduce(0, +)
        let sum = rates.reduce(0, +)
        var ends: [Double] = []
        for rate in rates { ends.append((ends.last ?? 0) + rate / sum * all) }
        var before = 0.0
        return weights.map { weight in
            defer { before += weight }
            return ends.firstIndex { before + weight / 2 < $0 } ?? rates.count - 1
        }
    }

    /// Each index of an axis, and each instance of none, in the order in which they are read, goes where it would be done
    /// first.
    private func earliestFinish() -> Placement {
        var axes = units.map { [Int?](repeating: nil, count: $0.count) }
        var single: [Slot: Int] = [:]
        var done = [Double](repeating: 0, count: expansion.instances.count)
        var place = [Int](repeating: 0, count: expansion.instances.count)
        var free = [Double](repeating: 0, count: workers.count)

        func finish(_ position: Slot, on worker: Int) -> Double {
            var start = free[worker]
            for read in loop.reads[position] where !expansion.instances[read.source].isState {
                var there = done[read.source]
                if place[read.source] != worker {
                    let link = links[place[read.source], worker]
                    there += link.latency + Double(expansion.instances[read.source].type.byteCount) / link.bandwidth
                }
                start = max(start, there)
            }
            return start + seconds[sort[worker]][position]
        }

        for position in loop.computed {
            let instance = expansion.instances[position]
            let axis = frame.axis[position]
            let known = axis.flatMap { axes[$0][instance.index] }
            let worker =
                known
                ?? workers.indices.min { left, right in
                    (finish(position, on: left), left) < (finish(position, on: right), right)
                } ?? 0
            if let axis { axes[axis][instance.index] = worker } else { single[position] = worker }
            done[position] = finish(position, on: worker)
            free[worker] = done[position]
            place[position] = worker
        }
        let even = runs(Array(workers.indices))
        let homes = zip(axes, even.axes).map { own, instead in zip(own, instead).map { $0 ?? $1 } }
        return Placement(axes: homes, single: single)
    }

    // MARK: Improvement

    /// Moves one index of an axis, or one instance of none, at a time, as long as that shortens the iteration and the
    /// search has not gone on for too long.
    private func improve(_ start: Candidate) -> Candidate {
        var best = start
        var left = PlacementSearch.budget / max(expansion.instances.count, 1)
        guard workers.count > 1 else { return best }
        let places = places()
        // Round and round, until no move in a whole round helps.
        var sinceBetter = 0
        var next = 0
        while left > 0, !places.isEmpty, sinceBetter < places.count {
            let place = places[next]
            next = (next + 1) % places.count
            sinceBetter += 1
            for target in targets(best.placement) where target != best.placement[place] && left > 0 {
                left -= 1
                var moved = best.placement
                moved[place] = target
                let candidate = played(moved)
                guard candidate.score < best.score * (1 - 1e-6) else { continue }
                best = candidate
                sinceBetter = 0
            }
        }
        return best
    }

    /// All that can be moved, those of no axis first.
    private func places() -> [Placement.Place] {
        let single = loop.computed.filter { frame.axis[$0] == nil }.map { Placement.Place.single($0) }
        return single
            + units.indices.flatMap { axis in
                units[axis].indices.filter { !units[axis][$0].isEmpty }.map { .index(axis: axis, index: $0) }
            }
    }

    /// Workers that something may move to: a few of those in use, and one that is not.
    private func targets(_ placement: Placement) -> [Int] {
        let used = Set(placement.axes.joined()).union(placement.single.values)
        return Array(used.sorted().prefix(8)) + [workers.indices.first { !used.contains($0) }].compactMap(\.self)
    }
}
