import GraphModel
import Scheduling
import TestSupport
import Testing

@Suite("What is wrong with a plan")
struct PlanCheckTests {
    /// A way to spoil a plan.
    enum Damage: CaseIterable {
        case noReceive, noRelease, noSend, noSettle, noCompute, noReport, noKeep
        case receivedLate, movedOutput, movedTarget, movedState, outOfArena

        /// Whether a step is one that it spoils.
        func concerns(_ step: Step<Buffer>) -> Bool {
            switch (self, step) {
            case (.noReceive, .receive), (.receivedLate, .receive), (.noRelease, .grantCredit), (.noSend, .send),
                (.noSettle, .awaitSent), (.noCompute, .compute), (.noReport, .report), (.noKeep, .keep),
                (.movedOutput, .compute), (.outOfArena, .compute):
                true
            default: false
            }
        }

        /// The steps with the one at `index` spoiled; `nil` where that cannot be done.
        func apply(
            to steps: [Step<Buffer>], at index: Int, arena: Int, transfers: [Transfer]
        ) -> [Step<Buffer>]? {
            var steps = steps
            switch (self, steps[index]) {
            case (.movedOutput, .compute(let instance, let inputs, let output)):
                guard output.range.end < arena else { return nil }
                var moved = output
                moved.range.offset += 1
                steps[index] = .compute(instance, inputs: inputs, output: moved)
            case (.outOfArena, .compute(let instance, let inputs, let output)):
                var moved = output
                moved.range.offset = arena - output.range.count + 1
                steps[index] = .compute(instance, inputs: inputs, output: moved)
            case (.receivedLate, .receive(let transfer)):
                // After the first that reads its buffer.
                let buffer = transfers[transfer].target.range
                let reader = steps[index...].firstIndex { step in
                    guard case .compute(_, let inputs, _) = step else { return false }
                    return inputs.joined().contains { $0.range == buffer }
                }
                guard let reader else { return nil }
                steps.insert(steps.remove(at: index), at: reader)
            default: steps.remove(at: index)
            }
            return steps
        }
    }

    @Test("is found, whatever it is", arguments: Damage.allCases, 1...3 as ClosedRange<UInt64>)
    func found(_ damage: Damage, _ seed: UInt64) throws {
        let expansion = try randomGraph(seed)
        let plan = Plan(
            expansion, workers: PlanTests.workers(3), links: .instant,
            placement: randomPlacement(expansion, workers: 3, seed: seed))
        #expect(PlanCheck.problems(in: plan) == [])
        // In some of the places where there can be such damage.
        var random = SeededRandom(seed)
        for (name, spoiled) in spoil(plan, damage).shuffled(using: &random).prefix(6) {
            #expect(!PlanCheck.problems(in: spoiled).isEmpty, "\(name)")
        }
    }

    /// The plan with this damage in every place where there can be.
    private func spoil(_ plan: Plan, _ damage: Damage) -> [(name: String, plan: Plan)] {
        switch damage {
        case .movedTarget:
            return plan.transfers.indices.filter { plan.transfers[$0].floatCount > 0 }.map { number in
                var spoiled = plan
                spoiled.transfers[number].target.range.offset += 1
                return ("transfer \(number)", spoiled)
            }
        case .movedState:
            return plan.workers.indices.flatMap { worker in
                plan.workers[worker].states.indices.map { index in
                    var spoiled = plan
                    let state = spoiled.workers[worker].states.remove(at: index)
                    spoiled.workers[(worker + 1) % plan.workers.count].states.append(state)
                    return (state.id.description, spoiled)
                }
            }
        default:
            var spoiled: [(String, Plan)] = []
            for worker in plan.workers.indices {
                for steps in [\WorkerPlan.setup, \.body, \.finish] {
                    let all = plan.workers[worker][keyPath: steps]
                    for index in all.indices where damage.concerns(all[index]) {
                        let arena = plan.workers[worker].arenaCount
                        guard
                            let changed = damage.apply(to: all, at: index, arena: arena, transfers: plan.transfers)
                        else { continue }
                        var other = plan
                        other.workers[worker][keyPath: steps] = changed
                        spoiled.append(("\(all[index]) of worker \(worker)", other))
                    }
                }
            }
            return spoiled
        }
    }
}
