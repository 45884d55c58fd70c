internal import Tensors

extension Expander {
    /// Looks at what the files of the graph hold: values that are surprising are warned of, those for which the result
    /// would be wrong are refused. A node with several such files names one.
    mutating func checkValues() {
        let seen = graph.nodesThatDenoisersSee()
        var said: Set<String> = []
        for node in graph.nodes {
            guard case .compute(let kind, let inputs) = node.content else { continue }
            for (input, source) in zip(type(of: kind).inputs, inputs) where input.isNonNegative {
                checkLevels(node, source)
            }
            let remarks = (positions[node.id] ?? 0..<0).compactMap { position -> (id: ValueID, remark: ValueRemark)? in
                guard case .compute(_, _, let context) = instances[position].content else { return nil }
                return kind.valueRemark(context).map { (instances[position].id, $0) }
            }
            let wrong = remarks.first { $0.remark.misleadsDenoisers && seen.contains(node.id) }
            // Several nodes may have the same operator.
            guard let (id, remark) = wrong ?? remarks.first, said.insert(remark.message).inserted else { continue }
            let others = remarks.count > 1 ? "; \(remarks.count) of the files of '\(node.id)' are like that" : ""
            let problem = GraphProblem(node.location, "'\(id)': \(remark.message)\(others)")
            if wrong == nil { warnings.append(problem) } else { problems.append(problem) }
        }
    }

    /// Noise levels in a file are not negative.
    private mutating func checkLevels(_ node: Node, _ source: String) {
        for position in positions[source] ?? 0..<0 {
            guard case .compute(let kind, _, let context) = instances[position].content, let file = kind.file(context),
                let values = context.files.contents(of: file)?.values, values.minimum < 0
            else { continue }
            problems.append(
                GraphProblem(
                    node.location,
                    "'\(node.id)': \(file.path): its values go down to \(short(values.minimum)); noise levels are 0 or more"
                )
            )
            return
        }
    }
}

extension Graph {
    /// The nodes whose values come before a denoiser on the scale that they have: on the way are only nodes that keep it.
    fileprivate func nodesThatDenoisersSee() -> Set<String> {
        let denoised = nodes.flatMap { node -> [String] in
            guard case .compute(let kind, let inputs) = node.content else { return [] }
            return kind.traits.contains(.needsUnitScale) ? inputs : []
        }
        return closure(of: denoised) { node in
            switch node.content {
            case .compute(let kind, let inputs): kind.traits.contains(.keepsScale) ? inputs : []
            case .state(let initial, let next): [initial, next]
            }
        }
    }
}
