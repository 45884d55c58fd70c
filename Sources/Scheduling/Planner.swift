public import GraphModel
internal import Networks
internal import Tensors

extension Plan {
    /// Places every instance on a worker and writes out the steps of each.
    ///
    /// - Parameters:
    ///   - expansion: The checked graph.
    ///   - workers: One or more workers.
    ///   - links: What lies between them.
    ///   - placement: For every instance the index of its worker; by default the placement with the shortest iteration
    ///     that was found. A state is moved to the worker that makes its next value.
    public init(_ expansion: Expansion, workers: [Worker], links: Links = Links(), placement: [Int]? = nil) {
        let homes =
            placement ?? PlacementSearch(expansion, workers: workers, links: links).candidates().first?.homes
            ?? expansion.instances.map { _ in 0 }
        self.init(expansion, workers: workers, links: links, homes: homes, order: nil)
    }

    /// A plan with each instance where `homes` says, its states beside what they become.
    ///
    /// - Parameter order: In which order the instances are computed, as ``Plan/order`` of an equal plan; by default as
    ///   their iteration is played through.
    package init(_ expansion: Expansion, workers: [Worker], links: Links, homes: [Int], order: [Int]?) {
        let homes = expansion.withStatesAtHome(homes)
        let (whole, places) = expansion.withPartialSums(homes)
        let automatic: ConvolutionMethod = workers.allSatisfy(\.hasWinograd) ? .winograd : .direct
        let schedule = Schedule(whole, LoopGraph(whole), homes: places, workers: workers, links: links) {
            workers[$1].speeds.seconds(whole.instances[$0].cost, automatic: automatic)
        }
        let order = order ?? Plan.order(whole, body: schedule.order)
        let routes = Routes(whole, homes: places, order: order)
        var own = [[Int]](repeating: [], count: workers.count)
        for position in order { own[places[position]].append(position) }
        let metrics = Set(whole.graph.metrics.flatMap { Array(whole.positions[$0] ?? 0..<0) })
        var plans: [WorkerPlan] = []
        var targets: [Int: BufferRange] = [:]
        for index in workers.indices {
            var draft = WorkerDraft(
                whole, homes: places, own: own[index], routes: routes, metrics: metrics, worker: index)
            let (plan, received) = draft.plan(for: workers[index], automatic: automatic)
            plans.append(plan)
            targets.merge(received) { first, _ in first }
        }
        let transfers = routes.parcels.map { parcel in
            let delivery = routes.deliveries[parcel.delivery]
            return Transfer(
                instance: delivery.instance, from: places[delivery.instance], to: delivery.to, phase: delivery.phase,
                type: whole.instances[delivery.instance].type, boxes: parcel.boxes,
                target: targets[parcel.delivery] ?? BufferRange(offset: 0, count: 0), targetBox: delivery.box)
        }
        self.init(
            expansion: whole, workers: plans, transfers: transfers, assigned: homes, placement: places, order: order,
            prediction: Prediction(seconds: schedule.makespan, busy: schedule.busy))
        #if DEBUG || CHECKED_PLANS
            // What is wrong here is wrong with this module, whatever graph, workers and placement it was given.
            let problems = PlanCheck.problems(in: self)
            guard problems.isEmpty else {
                fatalError("plan of '\(whole.graph.name)': \(problems.joined(separator: "; "))")
            }
        #endif
    }

    /// Seconds of an iteration that no placement on these workers can beat.
    package static func lowerBound(_ expansion: Expansion, workers: [Worker], links: Links) -> Double {
        PlacementSearch(expansion, workers: workers, links: links).lowerBound()
    }

    /// All positions, phase by phase: those before and after the loop as the graph has them.
    private static func order(_ expansion: Expansion, body: [Int]) -> [Int] {
        let all = expansion.instances.indices
        return all.filter { expansion.instances[$0].phase == .setup } + body
            + all.filter { expansion.instances[$0].phase == .finish }
    }

    /// Whether the instances of a plan of `expansion` that places them so may be computed in this order: each once, phase
    /// by phase, and none before what it reads.
    package static func isOrder(_ order: [Int], of expansion: Expansion, homes: [Int]) -> Bool {
        let expansion = expansion.withPartialSums(expansion.withStatesAtHome(homes)).expansion
        guard order.count == expansion.instances.count else { return false }
        var done = [Bool](repeating: false, count: order.count)
        var phase = Phase.setup
        for position in order {
            guard done.indices.contains(position), !done[position], expansion.instances[position].phase >= phase else {
                return false
            }
            phase = expansion.instances[position].phase
            if case .compute(_, let inputs, _) = expansion.instances[position].content {
                guard inputs.joined().allSatisfy({ done[$0] || expansion.instances[$0].isState }) else { return false }
            }
            done[position] = true
        }
        return true
    }
}

extension Expansion {
    /// The same homes with every state where its next value is made.
    fileprivate func withStatesAtHome(_ homes: [Int]) -> [Int] {
        var homes = homes
        for (position, instance) in instances.enumerated() where instance.isState {
            homes[position] = homes[source(ofState: position)]
        }
        return homes
    }
}

extension Instance {
    /// Whether it is a state carried from one iteration to the next.
    var isState: Bool {
        if case .state = content { return true }
        return false
    }
}
