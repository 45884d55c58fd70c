internal import Tensors

extension Expansion {
    /// The same values with sums that begin where their terms are: of the tree that a sum is computed by, the branches
    /// whose terms are all on one worker other than the sum's are added up there, so that one value travels for each.
    ///
    /// The tree is that of the axis, whatever the placement, so bits stay as they are.
    ///
    /// - Parameter homes: For every instance the number of its worker.
    /// - Returns: the graph's instances with those of the branches among them, and all their workers.
    package func withPartialSums(_ homes: [Int]) -> (expansion: Expansion, homes: [Int]) {
        var branches: [Int: SumBranch] = [:]
        for (position, instance) in instances.enumerated() {
            guard case .compute(let kind, let inputs, _) = instance.content, kind is Sum, let terms = inputs.first,
                let root = SumBranch(terms, homes, rootHome: homes[position]), root.savesTransfers
            else { continue }
            branches[position] = root
        }
        guard !branches.isEmpty else { return (self, homes) }
        return insert(branches, homes)
    }

    private func insert(_ branches: [Int: SumBranch], _ homes: [Int]) -> (expansion: Expansion, homes: [Int]) {
        // Where each instance goes once the branches of the sums before it stand in front of those.
        var moved: [Int] = []
        var count = 0
        for position in instances.indices {
            count += branches[position].map { $0.instanceCount - 1 } ?? 0
            moved.append(count)
            count += 1
        }
        var writer = PartialSumWriter(moved: moved)
        for (position, instance) in instances.enumerated() {
            switch (branches[position], instance.content) {
            case (let branch?, .compute(let kind, _, let context)):
                writer.write(branch, instance, kind, context, home: homes[position])
            case (_, .compute(let kind, let inputs, let context)):
                writer.add(instance, .compute(kind, inputs: inputs.map { $0.map { moved[$0] } }, context: context))
                writer.homes.append(homes[position])
            case (_, .state(let initial, let next)):
                writer.add(instance, .state(initial: moved[initial], next: moved[next]))
                writer.homes.append(homes[position])
            }
        }
        // A sum's own branches stand before it, and no node with an axis is one.
        let positions = positions.mapValues { range in
            range.isEmpty ? range : moved[range.lowerBound]..<moved[range.upperBound - 1] + 1
        }
        let expansion = Expansion(
            graph: graph, axes: axes, instances: writer.instances, positions: positions, warnings: warnings,
            factors: factors, declared: declared, rewriting: rewriting, rewrites: rewrites)
        return (expansion, writer.homes)
    }
}

/// A part of the tree by which the instances of an axis are summed: neighbours in pairs, the pairs' sums likewise.
private indirect enum SumBranch {
    /// Terms that are added up on one worker, or are one term.
    case leaves(ArraySlice<Int>, home: Int)
    case both(SumBranch, SumBranch)

    /// - Returns: `nil` where nothing can be summed apart from the rest.
    init?(_ terms: [Int], _ homes: [Int], rootHome: Int) {
        guard terms.count > 2 else { return nil }
        self = SumBranch.branch(terms[...], homes, rootHome)
    }

    private static func branch(_ terms: ArraySlice<Int>, _ homes: [Int], _ rootHome: Int) -> SumBranch {
        let home = homes[terms[terms.startIndex]]
        guard terms.contains(where: { homes[$0] != home }) else { return .leaves(terms, home: home) }
        // The largest power of two below the count: where the last level of the tree joins.
        var half = 1
        while half * 2 < terms.count { half *= 2 }
        let left = branch(terms.prefix(half), homes, rootHome)
        let right = branch(terms.dropFirst(half), homes, rootHome)
        let branch = SumBranch.both(left, right)
        // What saves nothing is summed at once where the sum is.
        return branch.savesTransfers(rootHome) ? branch : .leaves(terms, home: rootHome)
    }

    private func savesTransfers(_ rootHome: Int) -> Bool {
        switch self {
        case .leaves(let terms, let home): terms.count > 1 && home != rootHome
        case .both(let left, let right): left.savesTransfers(rootHome) || right.savesTransfers(rootHome)
        }
    }

    /// Whether it is more than one sum.
    var savesTransfers: Bool {
        switch self {
        case .leaves: false
        case .both: true
        }
    }

    /// Sums it takes.
    var instanceCount: Int {
        switch self {
        case .leaves(let terms, _): terms.count > 1 ? 1 : 0
        case .both(let left, let right): 1 + left.instanceCount + right.instanceCount
        }
    }

    /// How many terms it has.
    var termCount: Int {
        switch self {
        case .leaves(let terms, _): terms.count
        case .both(let left, let right): left.termCount + right.termCount
        }
    }
}

/// Writes instances out, those of a sum's branches before it.
private struct PartialSumWriter {
    let moved: [Int]
    var instances: [Instance] = []
    var homes: [Int] = []

    mutating func add(_ instance: Instance, _ content: Instance.Content) {
        instances.append(instance.with(content))
    }

    /// Writes the sums of a branch; the last is the sum itself.
    mutating func write(
        _ branch: SumBranch, _ sum: Instance, _ kind: any NodeKind, _ context: NodeContext, home: Int
    ) {
        guard case .both(let left, let right) = branch else { return }
        let inputs = [
            write(left, from: 0, sum, kind, context, home),
            write(right, from: left.termCount, sum, kind, context, home),
        ]
        append(sum.id, inputs, sum, kind, context, home)
    }

    /// Writes a branch whose first term is number `first`, and gives the position of its value.
    private mutating func write(
        _ branch: SumBranch, from first: Int, _ sum: Instance, _ kind: any NodeKind, _ context: NodeContext,
        _ rootHome: Int
    ) -> Int {
        let id = "\(sum.id)[\(first)-\(first + branch.termCount - 1)]"
        switch branch {
        case .leaves(let terms, let home):
            guard terms.count > 1 else { return moved[terms[terms.startIndex]] }
            return append(id, terms.map { moved[$0] }, sum, kind, context, home)
        case .both(let left, let right):
            let inputs = [
                write(left, from: first, sum, kind, context, rootHome),
                write(right, from: first + left.termCount, sum, kind, context, rootHome),
            ]
            return append(id, inputs, sum, kind, context, rootHome)
        }
    }

    @discardableResult
    private mutating func append(
        _ id: String, _ inputs: [Int], _ sum: Instance, _ kind: any NodeKind, _ context: NodeContext, _ home: Int
    ) -> Int {
        let part = context.reading(Array(repeating: sum.type, count: inputs.count))
        instances.append(
            Instance(
                id: id, node: sum.node, index: sum.index, phase: sum.phase,
                content: .compute(kind, inputs: [inputs], context: part), type: sum.type,
                cost: (try? kind.cost(part)) ?? sum.cost))
        homes.append(home)
        return instances.count - 1
    }
}

extension Instance {
    fileprivate func with(_ content: Content) -> Instance {
        Instance(id: id, node: node, index: index, phase: phase, content: content, type: type, cost: cost)
    }
}

extension NodeContext {
    /// The same with other values read by its one input.
    fileprivate func reading(_ types: [TensorType]) -> NodeContext {
        NodeContext(
            node: node, index: index, axis: axis, gathered: gathered, inputs: [types], neighbours: neighbours,
            files: files)
    }
}
