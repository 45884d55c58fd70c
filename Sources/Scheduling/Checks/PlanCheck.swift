package import GraphModel
internal import Tensors

/// What must hold of every plan, whoever made it; debug builds and tests look at each (see ``Plan``'s initializers).
package enum PlanCheck {
    /// What is wrong with a plan, a line each; empty where it can be run.
    ///
    /// Every operand is the value that it should be, all of it, when it is read, also where workers run as far ahead of
    /// each other as they can; what is sent stays as it is until it has arrived; each send is received, settled and
    /// released; nobody waits for ever; a state is carried once, where it is computed; what is kept and reported is what
    /// computing the graph in order gives.
    package static func problems(in plan: Plan) -> [String] {
        // The second iteration finds what the first has left; after the third, nothing is new.
        let iterations = min(plan.expansion.iterations, 3)
        var problems = ranges(plan) + states(plan)
        guard problems.isEmpty else { return problems }
        let expected = Oracle(plan.expansion, iterations: iterations)
        for turns in [Array(plan.workers.indices), plan.workers.indices.reversed()] {
            var replay = PlanReplay(plan, iterations: iterations)
            do throws(PlanReplay.Failure) {
                try replay.run(turns: turns)
            } catch {
                problems.append(error.description)
                continue
            }
            if replay.kept != expected.kept { problems.append("other values are kept than the graph's outputs") }
            if replay.reports != expected.reports {
                problems.append("other values are reported than the graph's metrics")
            }
        }
        return problems
    }

    /// Buffers that reach out of their arena.
    private static func ranges(_ plan: Plan) -> [String] {
        var problems: [String] = []
        for worker in plan.workers {
            for step in worker.setup + worker.body + worker.finish {
                let used = step.ranges.filter { $0.offset < 0 || $0.count < 0 || $0.end > worker.arenaCount }
                if !used.isEmpty { problems.append("\(worker.worker.name): \(step) reaches out of its arena") }
            }
        }
        for (number, transfer) in plan.transfers.enumerated()
        where transfer.target.offset < 0 || transfer.target.end > plan.workers[transfer.to].arenaCount {
            problems.append("transfer \(number) reaches out of the arena of \(plan.workers[transfer.to].worker.name)")
        }
        return problems
    }

    private static func states(_ plan: Plan) -> [String] {
        plan.instances.indices.filter { plan.instances[$0].isState }.compactMap { position in
            let id = plan.instances[position].id
            let carriers = plan.workers.indices.filter { plan.workers[$0].states[position] != nil }
            guard carriers == [plan.placement[position]] else {
                return "state \(id) is carried by \(carriers.count) workers, or not where it is computed"
            }
            let range = plan.workers[carriers[0]].states[position]
            return range?.count == plan.instances[position].type.floatCount ? nil : "state \(id) has another size"
        }
    }
}

extension PlanCheck {
    /// The names that computing a graph in order gives, without a plan.
    package struct Oracle {
        /// Of the instances of outputs, by position.
        package private(set) var kept: [Int: Int] = [:]
        /// Of the instances of metrics, by instance and iteration.
        package private(set) var reports: [String: Int] = [:]
        private var values: [Int: Int] = [:]

        package init(_ expansion: Expansion, iterations: Int) {
            let metrics = Set(expansion.graph.metrics.flatMap { Array(expansion.positions[$0] ?? 0..<0) })
            compute(expansion, .setup, 0, metrics)
            changeStates(expansion) { initial, _ in initial }
            for iteration in 0..<iterations {
                compute(expansion, .body, iteration + 1, metrics)
                changeStates(expansion) { _, next in next }
            }
            compute(expansion, .finish, iterations, metrics)
            let outputs = Set(expansion.graph.outputs.values.flatMap { Array(expansion.positions[$0] ?? 0..<0) })
            kept = values.filter { outputs.contains($0.key) }
        }

        private mutating func compute(_ expansion: Expansion, _ phase: Phase, _ iteration: Int, _ metrics: Set<Int>) {
            for (position, instance) in expansion.instances.enumerated() where instance.phase == phase {
                guard case .compute(_, let inputs, _) = instance.content else { continue }
                let name = PlanReplay.name(position, inputs.joined().map { values[$0] ?? -1 })
                values[position] = name
                if metrics.contains(position) { reports["\(instance.id) \(iteration)"] = name }
            }
        }

        private mutating func changeStates(_ expansion: Expansion, _ source: (Int, Int) -> Int) {
            let before = values
            for (position, instance) in expansion.instances.enumerated() {
                guard case .state(let initial, let next) = instance.content else { continue }
                values[position] = before[source(initial, next)]
            }
        }
    }
}

extension Step {
    /// What it reads and writes of its worker's arena.
    fileprivate var ranges: [BufferRange] {
        switch self {
        case .receive, .release: []
        case .compute(_, let inputs, let output): inputs.joined().map(\.range) + [output]
        case .pack(_, let source, let target), .copy(let source, let target): [source, target]
        case .send(_, let source), .settle(_, let source), .report(_, let source), .keep(_, let source): [source]
        }
    }
}
