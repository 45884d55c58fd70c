public import GraphModel
internal import Tensors

extension Plan {
    /// Places every instance on a worker and writes out the steps of each.
    ///
    /// - Parameters:
    ///   - expansion: The checked graph.
    ///   - workers: One or more workers.
    ///   - placement: For every instance the index of its worker; by default instances of an axis are spread evenly, and
    ///     values of a rewritten graph are cut before they are sent. A state is moved to the worker that makes its next
    ///     value.
    public init(_ expansion: Expansion, workers: [Worker], placement: [Int]? = nil) {
        var homes = placement ?? Placement.assign(expansion, workers: workers.count)
        var crops: [Rewrite] = []
        if placement == nil, expansion.rewriting == .all { crops = Placement.cropBeforeSending(expansion, &homes) }
        for (position, instance) in expansion.instances.enumerated() {
            guard case .state = instance.content else { continue }
            homes[position] = homes[expansion.source(ofState: position)]
        }
        let routes = Routes(expansion, homes: homes)
        var plans: [WorkerPlan] = []
        var targets: [Int: BufferRange] = [:]
        for index in workers.indices {
            var draft = WorkerDraft(expansion, homes: homes, routes: routes, worker: index)
            let (plan, received) = draft.plan(for: workers[index])
            plans.append(plan)
            targets.merge(received) { first, _ in first }
        }
        let transfers = routes.transfers.enumerated().map { index, route in
            Transfer(
                instance: route.instance, from: homes[route.instance], to: route.to, phase: route.phase,
                type: expansion.instances[route.instance].type,
                target: targets[index] ?? BufferRange(offset: 0, count: 0))
        }
        self.init(
            expansion: expansion, workers: plans, transfers: transfers, placement: homes,
            rewrites: expansion.rewrites + crops)
    }
}

/// Which values must go to which workers, and when.
struct Routes {
    struct Route: Hashable {
        let instance: Int
        let to: Int
        let phase: Phase
    }

    private(set) var transfers: [Route] = []
    private var numbers: [Route: Int] = [:]
    /// Numbers of the transfers of every instance.
    private(set) var outgoing: [Int: [Int]] = [:]

    init(_ expansion: Expansion, homes: [Int]) {
        for (position, instance) in expansion.instances.enumerated() {
            switch instance.content {
            case .compute(_, let inputs, _):
                for input in inputs.joined() where homes[input] != homes[position] {
                    add(
                        Route(
                            instance: input, to: homes[position],
                            phase: Routes.phase(of: expansion.instances[input], readIn: instance.phase)))
                }
            case .state(let initial, _):
                guard homes[initial] != homes[position] else { continue }
                add(Route(instance: initial, to: homes[position], phase: .setup))
            }
        }
        for (number, route) in transfers.enumerated() { outgoing[route.instance, default: []].append(number) }
    }

    /// The transfer by which `worker` has the value of another worker's instance when it reads it in `phase`.
    func number(_ instance: Int, to worker: Int, phase: Phase) -> Int? {
        numbers[Route(instance: instance, to: worker, phase: phase)]
    }

    /// When a value must be sent that is read in `phase`: as soon as it is known to last.
    static func phase(of instance: Instance, readIn phase: Phase) -> Phase {
        instance.phase == .setup ? .setup : phase
    }

    private mutating func add(_ route: Route) {
        guard numbers[route] == nil else { return }
        numbers[route] = transfers.count
        transfers.append(route)
    }
}

extension Instance {
    /// Whether it is a state carried from one iteration to the next.
    var isState: Bool {
        if case .state = content { return true }
        return false
    }
}
