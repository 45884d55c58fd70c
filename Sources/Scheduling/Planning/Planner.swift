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
    ///   - placement: For every value the index of its worker, of those that it leaves out the first; by default the
    ///     placement with the shortest iteration that was found. A state is moved to the worker that makes its next value.
    public init(
        _ expansion: Expansion, workers: [Worker], links: Links = Links(), placement: [ValueID: Int]? = nil
    ) {
        let homes =
            placement.map { placement in expansion.instances.map { placement[$0.id] ?? 0 } }
            ?? PlacementSearch(expansion, workers: workers, links: links).candidates().first?.homes
            ?? expansion.instances.map { _ in 0 }
        self.init(expansion, workers: workers, links: links, homes: homes)
    }

    /// A plan with each instance where `homes` says, its states beside what they become.
    init(_ expansion: Expansion, workers: [Worker], links: Links, homes: [Int]) {
        let (whole, places) = expansion.withPartialSums(expansion.withStatesAtHome(homes))
        let automatic: ConvolutionMethod = workers.allSatisfy(\.hasWinograd) ? .winograd : .direct
        let schedule = Schedule(whole, LoopGraph(whole), homes: places, workers: workers, links: links) {
            workers[$1].speeds.seconds(whole.instances[$0].cost, automatic: automatic)
        }
        let order = Plan.order(whole, body: schedule.order)
        let routes = Routes(whole, homes: places, order: order)
        var own = [[Slot]](repeating: [], count: workers.count)
        for slot in order { own[places[slot]].append(slot) }
        var drafts: [WorkerDraft] = []
        for index in workers.indices {
            drafts.append(
                WorkerDraft(
                    whole, homes: places, own: own[index], routes: routes, worker: workers[index], index: index,
                    automatic: automatic))
        }
        let transfers = routes.parcels.enumerated().map { number, parcel in
            let delivery = routes.deliveries[parcel.delivery]
            return Transfer(
                id: TransferID(number), value: whole.instances[delivery.instance].id, from: places[delivery.instance],
                to: delivery.to, phase: delivery.phase, type: whole.instances[delivery.instance].type,
                boxes: parcel.boxes, target: drafts[delivery.to].buffer(.received(parcel.delivery)))
        }
        self.init(
            expansion: whole, workers: drafts.map { $0.plan(transfers) }, transfers: transfers,
            placement: Dictionary(
                zip(whole.instances.map(\.id), places), uniquingKeysWith: { first, _ in first }),
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

    /// All instances, phase by phase: those before and after the loop as the graph has them.
    private static func order(_ expansion: Expansion, body: [Slot]) -> [Slot] {
        let all = expansion.allSlots
        return all.filter { expansion.instances[$0].phase == .setup } + body
            + all.filter { expansion.instances[$0].phase == .finish }
    }
}

extension Expansion {
    /// The same homes with every state where its next value is made.
    fileprivate func withStatesAtHome(_ homes: [Int]) -> [Int] {
        var homes = homes
        for slot in allSlots where instances[slot].isState { homes[slot] = homes[source(ofState: slot)] }
        return homes
    }
}
