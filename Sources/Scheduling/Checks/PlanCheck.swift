package import GraphModel
internal import Tensors

/// What must hold of every plan, whoever made it; debug builds and tests look at each (see ``Plan``'s initializers).
package enum PlanCheck {
    /// What is wrong with a plan, a line each; empty where it can be run.
    ///
    /// Every operand is the value that it should be, all of it, when it is read, also where workers run as far ahead of
    /// each other as they can; what is sent stays as it is until it has arrived; each send is received, waited for and
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
                let used = (step.reads + [step.writes].compactMap(\.self)).map(\.range).filter {
                    $0.offset < 0 || $0.count < 0 || $0.end > worker.arenaCount
                }
                if !used.isEmpty { problems.append("\(worker.worker.name): \(step) reaches out of its arena") }
            }
        }
        for transfer in plan.transfers
        where transfer.target.range.offset < 0
            || transfer.target.range.end > plan.workers[transfer.to].arenaCount
        {
            problems.append(
                "transfer \(transfer.id.number) reaches out of the arena of \(plan.workers[transfer.to].worker.name)")
        }
        return problems
    }

    private static func states(_ plan: Plan) -> [String] {
        plan.instances.filter(\.isState).compactMap { instance in
            let carriers = plan.workers.filter { $0.states.contains { $0.id == instance.id } }
            guard carriers.map(\.index) == [plan.placement[instance.id]] else {
                return "state \(instance.id) is carried by \(carriers.count) workers, or not where it is computed"
            }
            let state = carriers[0].states.first { $0.id == instance.id }
            guard state?.type == instance.type, state?.range.count == instance.type.floatCount else {
                return "state \(instance.id) has another size"
            }
            return nil
        }
    }
}

extension PlanCheck {
    /// The names that computing a graph in order gives, without a plan.
    package struct Oracle {
        package private(set) var kept: [ValueID: Int] = [:]
        /// Of metrics, in every iteration.
        package private(set) var reports: [Int: [ValueID: Int]] = [:]
        private var values: [ValueID: Int] = [:]

        package init(_ expansion: Expansion, iterations: Int) {
            let metrics = Set(expansion.metrics)
            compute(expansion, .setup, 0, metrics)
            changeStates(expansion) { initial, _ in initial }
            for iteration in 0..<iterations {
                compute(expansion, .body, iteration + 1, metrics)
                changeStates(expansion) { _, next in next }
            }
            compute(expansion, .finish, iterations, metrics)
            let outputs = expansion.kept
            kept = values.filter { outputs.contains($0.key) }
        }

        private mutating func compute(
            _ expansion: Expansion, _ phase: Phase, _ iteration: Int, _ metrics: Set<ValueID>
        ) {
            for instance in expansion.instances where instance.phase == phase {
                guard case .compute(_, let inputs, _) = instance.content else { continue }
                let name = PlanReplay.name(instance.id, inputs.joined().map { values[$0] ?? -1 })
                values[instance.id] = name
                if metrics.contains(instance.id) { reports[iteration, default: [:]][instance.id] = name }
            }
        }

        private mutating func changeStates(_ expansion: Expansion, _ source: (ValueID, ValueID) -> ValueID) {
            let before = values
            for instance in expansion.instances {
                guard case .state(let initial, let next) = instance.content else { continue }
                values[instance.id] = before[source(initial, next)]
            }
        }
    }
}
