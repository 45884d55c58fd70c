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
            guard case .compute(let kind, let inputs, _) = instance.content, kind.traits.contains(.sumsByTree),
                let terms = inputs.first
            else {
                continue
            }
            let placed = terms.map { id in SumBranch.Term(id: id, home: self.position(of: id).map { homes[$0] } ?? 0) }
            guard let root = SumBranch(placed, rootHome: homes[position]), root.savesTransfers else { continue }
            branches[position] = root
        }
        guard !branches.isEmpty else { return (self, homes) }
        var writer = PartialSumWriter()
        for (position, instance) in instances.enumerated() {
            if let branch = branches[position], case .compute(let kind, _, let context) = instance.content {
                writer.write(branch, instance, kind, context, home: homes[position])
            } else {
                writer.instances.append(instance)
                writer.homes.append(homes[position])
            }
        }
        return (with(writer.instances), writer.homes)
    }
}

/// A part of the tree by which the instances of an axis are summed: neighbours in pairs, the pairs' sums likewise.
private indirect enum SumBranch {
    struct Term {
        let id: ValueID
        let home: Int
    }

    /// Terms that are added up on one worker, or are one term.
    case leaves(ArraySlice<Term>, home: Int)
    case both(SumBranch, SumBranch)

    /// - Returns: `nil` where nothing can be summed apart from the rest.
    init?(_ terms: [Term], rootHome: Int) {
        guard terms.count > 2 else { return nil }
        self = SumBranch.branch(terms[...], rootHome)
    }

    private static func branch(_ terms: ArraySlice<Term>, _ rootHome: Int) -> SumBranch {
        let home = terms[terms.startIndex].home
        guard terms.contains(where: { $0.home != home }) else { return .leaves(terms, home: home) }
        let half = SumTree.left(of: terms.count)
        let left = branch(terms.prefix(half), rootHome)
        let right = branch(terms.dropFirst(half), rootHome)
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
    var instances: [Instance] = []
    var homes: [Int] = []

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

    /// Writes a branch whose first term is number `first`, and gives the id of its value.
    private mutating func write(
        _ branch: SumBranch, from first: Int, _ sum: Instance, _ kind: any NodeKind, _ context: NodeContext,
        _ rootHome: Int
    ) -> ValueID {
        let id = ValueID(sum.id.node, sum.id.index, terms: first...first + branch.termCount - 1)
        switch branch {
        case .leaves(let terms, let home):
            guard terms.count > 1 else { return terms[terms.startIndex].id }
            append(id, terms.map(\.id), sum, kind, context, home)
        case .both(let left, let right):
            let inputs = [
                write(left, from: first, sum, kind, context, rootHome),
                write(right, from: first + left.termCount, sum, kind, context, rootHome),
            ]
            append(id, inputs, sum, kind, context, rootHome)
        }
        return id
    }

    private mutating func append(
        _ id: ValueID, _ inputs: [ValueID], _ sum: Instance, _ kind: any NodeKind, _ context: NodeContext, _ home: Int
    ) {
        let part = context.reading(Array(repeating: sum.type, count: inputs.count))
        instances.append(
            Instance(
                id: id, phase: sum.phase, content: .compute(kind, inputs: [inputs], context: part), type: sum.type,
                cost: (try? kind.cost(part)) ?? sum.cost))
        homes.append(home)
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
