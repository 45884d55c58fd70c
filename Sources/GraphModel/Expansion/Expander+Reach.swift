internal import Tensors

extension Expander {
    /// Refuses what looks farther than the windows of its `exact` tiles reach, together with all that looked before it: the
    /// border of a window is right for the first alone. (Each for itself has been looked at before.)
    mutating func checkReaches() {
        for axis in graph.axes {
            guard case .tiles(let tiles) = axis.extent, resolved(axis.name)?.tiling?.mode == .exact,
                let image = positions[tiles.of]?.first.map({ instances[$0].type.shape }),
                let windows = try? tiles.denoiser.checkedField(for: image, files)
            else { continue }
            checkReaches(over: axis.name, image, windows)
        }
    }

    private mutating func checkReaches(over axis: String, _ image: Shape, _ windows: ReceptiveField) {
        let nodes = graph.nodes.filter { $0.axis == axis && positions[$0.id] != nil }
        let over = Set(nodes.map(\.id))
        var reaches: [String: Reach] = [:]
        var refused: Set<String> = []
        var goesOn = true
        // A state is read before what it becomes, so what it becomes is known after another turn.
        while goesOn {
            goesOn = false
            for node in nodes where !refused.contains(node.id) {
                let (reach, own) = reach(of: node, over, reaches, image)
                guard reach != reaches[node.id] ?? Reach() else { continue }
                goesOn = true
                if own.isLooking, reach.before > windows.before || reach.after > windows.after {
                    refused.insert(node.id)
                    reaches[node.id] = nil
                    problems.append(
                        GraphProblem(
                            node.location,
                            "'\(ValueID(node.id, 0))': it looks \(own.longest) pixels far into what '\(reach.by)' yields, and so, with "
                                + "all before it, \(reach.longest) into the windows of its tiles, which are for "
                                + "\(max(windows.before, windows.after)); put Trim and HaloExchange between the two, so that it "
                                + "gets windows of its own"))
                } else {
                    reaches[node.id] = reach
                }
            }
        }
    }

    /// How far into its window a node looks with all before it, and how far by itself.
    private func reach(
        of node: Node, _ over: Set<String>, _ reaches: [String: Reach], _ image: Shape
    ) -> (all: Reach, own: Reach) {
        switch node.content {
        case .state(let initial, let next):
            return ([initial, next].reduce(Reach()) { $0.joined(reaches[$1], of: $1) }, Reach())
        case .compute(let kind, let inputs):
            if kind.traits.contains(.dropsHalo) { return (Reach(), Reach()) }
            var before = Reach()
            // Neighbours give their inner parts, of which windows are made anew.
            for (input, source) in zip(type(of: kind).inputs, inputs) where input.reads == .own && over.contains(source)
            {
                before = before.joined(reaches[source], of: source)
            }
            guard let looking = kind as? any HasReceptiveField, let field = try? looking.checkedField(for: image, files)
            else { return (before, Reach()) }
            return (
                Reach(before: before.before + field.before, after: before.after + field.after, by: before.by),
                Reach(before: field.before, after: field.after)
            )
        }
    }
}

/// Pixels at the border of a window on which a value depends, other than that of the whole image.
private struct Reach: Equatable {
    var before = 0
    var after = 0
    /// The value that it comes from.
    var by = ""

    var longest: Int { max(before, after) }
    var isLooking: Bool { longest > 0 }

    func joined(_ other: Reach?, of source: String) -> Reach {
        guard let other, other.isLooking else { return self }
        return Reach(
            before: max(before, other.before), after: max(after, other.after),
            by: other.longest > longest ? source : by)
    }

    static func == (left: Reach, right: Reach) -> Bool { left.before == right.before && left.after == right.after }
}
