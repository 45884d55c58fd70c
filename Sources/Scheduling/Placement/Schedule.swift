internal import GraphModel
internal import Networks
internal import Tensors

/// An iteration played through beforehand: when each worker would compute what, and which link would carry what.
///
/// List scheduling (Topcuoglu, Hariri and Wu, IEEE TPDS 2002, for the ranks): a worker that is free takes, of the
/// instances whose inputs are there, the one that most depends on, or first those that other workers wait for; whichever
/// of the two ends sooner. A worker sends one message at a time and receives one at a time.
struct Schedule {
    /// The loop's instances, states first, by the time at which they begin.
    private(set) var order: [Slot] = []
    /// Seconds from the first to the last, the change of states included.
    private(set) var makespan = 0.0
    /// Seconds that each worker computes.
    private(set) var busy: [Double]
    /// Seconds that all transfers take, hidden or not.
    private(set) var transfers = 0.0

    /// What placements are compared by: a transfer must gain more than it takes, since it is never quite free.
    var score: Double { makespan + transfers }

    /// - Parameters:
    ///   - homes: For every instance the index of its worker.
    ///   - seconds: What an instance takes on a worker.
    init(
        _ expansion: Expansion, _ loop: LoopGraph, homes: [Int], workers: [Worker], links: Links,
        seconds: (_ instance: Slot, _ worker: Int) -> Double
    ) {
        var player = Player(expansion, loop, homes: homes, workers: workers, links: links, seconds: seconds)
        var hurried = player
        hurried.sendsFirst = true
        player.play()
        if player.transfers > 0 {
            hurried.play()
            if hurried.last < player.last { player = hurried }
        }
        order = loop.states + player.order
        busy = player.busy
        transfers = player.transfers
        var ends = player.ends
        for state in loop.states {
            // The next value is copied into the state's place.
            let worker = homes[state]
            ends[worker] += 2 * Double(expansion.instances[state].type.byteCount) / workers[worker].speeds.memory
        }
        makespan = ends.max() ?? 0
    }
}

/// Plays an iteration, event by event.
private struct Player {
    private enum Event {
        /// A worker is done with an instance.
        case computed(Slot)
        /// What a reader needs of another worker's value is there.
        case arrived(reader: Slot)
    }

    private struct Timed {
        let time: Double
        /// Events of the same time come in the order in which they were made.
        let number: Int
        let event: Event
    }

    private struct Ready {
        /// Whether another worker waits for it, where such go first.
        let isUrgent: Bool
        let rank: Double
        let position: Slot
    }

    private let expansion: Expansion
    private let loop: LoopGraph
    private let homes: [Int]
    private let workers: [Worker]
    private let links: Links
    /// By instance, as what follows.
    private let duration: [Double]
    private let ranks: [Double]
    private var missing: [Int]
    private var ready: [Heap<Ready>]
    private var isBusy: [Bool]
    private var sendsUntil: [Double]
    private var receivesUntil: [Double]
    private var events = Heap<Timed> { ($0.time, $0.number) < ($1.time, $1.number) }
    private var eventCount = 0

    /// Whether what other workers wait for goes first.
    var sendsFirst = false
    private(set) var order: [Slot] = []
    private(set) var busy: [Double]
    private(set) var transfers = 0.0
    var last: Double { ends.max() ?? 0 }
    /// When each worker is done.
    private(set) var ends: [Double]

    init(
        _ expansion: Expansion, _ loop: LoopGraph, homes: [Int], workers: [Worker], links: Links,
        seconds: (Slot, Int) -> Double
    ) {
        self.expansion = expansion
        self.loop = loop
        self.homes = homes
        self.workers = workers
        self.links = links
        missing = Array(repeating: 0, count: expansion.instances.count)
        var duration = [Double](repeating: 0, count: expansion.instances.count)
        for position in loop.computed { duration[position] = seconds(position, homes[position]) }
        self.duration = duration
        ranks = Player.ranks(expansion, loop, homes, links, duration)
        ready = workers.map { _ in
            Heap { left, right in
                guard left.isUrgent == right.isUrgent else { return left.isUrgent }
                return (left.rank, right.position) > (right.rank, left.position)
            }
        }
        isBusy = workers.map { _ in false }
        sendsUntil = workers.map { _ in 0 }
        receivesUntil = sendsUntil
        busy = sendsUntil
        ends = sendsUntil
    }

    /// The longest way from the beginning of each instance to the end of the iteration, in seconds.
    private static func ranks(
        _ expansion: Expansion, _ loop: LoopGraph, _ homes: [Int], _ links: Links, _ duration: [Double]
    ) -> [Double] {
        var ranks = [Double](repeating: 0, count: expansion.instances.count)
        for position in loop.computed.reversed() {
            var longest = 0.0
            for reader in loop.readers[position] {
                var way = ranks[reader]
                if homes[reader] != homes[position] {
                    let link = links[homes[position], homes[reader]]
                    way += link.latency + Double(expansion.instances[position].type.byteCount) / link.bandwidth
                }
                longest = max(longest, way)
            }
            ranks[position] = longest + duration[position]
        }
        return ranks
    }

    mutating func play() {
        for position in loop.computed {
            let sources = Set(loop.reads[position].map(\.source))
            // A state of the worker's own is there from the beginning.
            missing[position] = sources.count { !(expansion.instances[$0].isState && homes[$0] == homes[position]) }
            if missing[position] == 0 { makeReady(position) }
        }
        for state in loop.states { send(state, at: 0) }
        for worker in workers.indices { begin(worker, at: 0) }
        while let next = events.removeFirst() {
            switch next.event {
            case .computed(let position):
                let worker = homes[position]
                isBusy[worker] = false
                ends[worker] = next.time
                for reader in loop.readers[position] where homes[reader] == worker { supply(reader) }
                send(position, at: next.time)
                begin(worker, at: next.time)
            case .arrived(let reader):
                supply(reader)
                begin(homes[reader], at: next.time)
            }
        }
    }

    private func rank(_ position: Slot) -> Double { ranks[position] }

    private mutating func supply(_ reader: Slot) {
        missing[reader] -= 1
        if missing[reader] == 0 { makeReady(reader) }
    }

    private mutating func makeReady(_ position: Slot) {
        let isUrgent = sendsFirst && loop.readers[position].contains { homes[$0] != homes[position] }
        ready[homes[position]].insert(Ready(isUrgent: isUrgent, rank: rank(position), position: position))
    }

    /// Lets a free worker begin the next instance.
    private mutating func begin(_ worker: Int, at time: Double) {
        guard !isBusy[worker], let next = ready[worker].removeFirst() else { return }
        isBusy[worker] = true
        order.append(next.position)
        let seconds = duration[next.position]
        busy[worker] += seconds
        add(.computed(next.position), at: time + seconds)
    }

    private mutating func add(_ event: Event, at time: Double) {
        events.insert(Timed(time: time, number: eventCount, event: event))
        eventCount += 1
    }

    /// Sends a value to all that read it elsewhere: first what the most depends on.
    private mutating func send(_ source: Slot, at time: Double) {
        let from = homes[source]
        let readers = loop.readers[source].filter { homes[$0] != from }
            .sorted { (rank($0), $1) > (rank($1), $0) }
        var sent: [Int: SentBoxes] = [:]
        for reader in readers {
            let to = homes[reader]
            let bytes = sent[to, default: SentBoxes()].bytes(source, reader, expansion, loop)
            guard bytes > 0 else {
                // Messages of a link stay in order.
                add(.arrived(reader: reader), at: receivesUntil[to] + links[from, to].latency)
                continue
            }
            let link = links[from, to]
            let begin = max(time, sendsUntil[from], receivesUntil[to])
            let end = begin + Double(bytes) / link.bandwidth
            transfers += end - begin + link.latency
            sendsUntil[from] = end
            receivesUntil[to] = end
            add(.arrived(reader: reader), at: end + link.latency)
        }
    }
}

/// What of one value a worker has been sent.
private struct SentBoxes {
    private var isWhole = false
    private var boxes: [Region] = []

    /// Boxes that a further one is held against: of more, what they share is not worth the time that it takes to know.
    private static let mostBoxes = 64

    /// Bytes that a reader still lacks.
    mutating func bytes(_ source: Slot, _ reader: Slot, _ expansion: Expansion, _ loop: LoopGraph) -> Int {
        let type = expansion.instances[source].type
        var bytes = 0
        for read in loop.reads[reader] where read.source == source && !isWhole {
            // A box of other axes than those before it is not worth telling apart.
            let isAlike = boxes.first.map { $0.ranges.count == read.box?.ranges.count } ?? true
            guard let box = read.box, isAlike else {
                let axes = boxes.first?.ranges.count ?? 0
                let rest = Region(whole: type.shape.trailing(axes)).subtracting(boxes)
                bytes += boxes.isEmpty ? type.byteCount : rest.reduce(0) { $0 + type.cut(to: $1).byteCount }
                isWhole = true
                continue
            }
            guard boxes.count < SentBoxes.mostBoxes else {
                bytes += type.cut(to: box).byteCount
                continue
            }
            let rest = box.subtracting(boxes.filter { !$0.intersection(box).isEmpty })
            bytes += rest.reduce(0) { $0 + type.cut(to: $1).byteCount }
            boxes.append(box)
        }
        return bytes
    }
}
