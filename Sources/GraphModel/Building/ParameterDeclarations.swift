/// The parameters and options that a definition declares, with the values that `--set` gives them.
struct ParameterDeclarations {
    private(set) var parameters: [Parameter] = []
    private(set) var options: [String: ParameterValue] = [:]
    private let overrides: Overrides
    private var unusedOverrides: Set<String>

    init(_ overrides: Overrides) {
        self.overrides = overrides
        unusedOverrides = Set(overrides.texts.keys)
    }

    /// What was given for nothing that there is.
    var unusedOverrideProblems: [GraphProblem] {
        let known = (parameters.map(\.name) + options.keys).sorted().joined(separator: ", ")
        return unusedOverrides.sorted().map { name in
            GraphProblem(
                nil, "nothing is called '\(name)' here; what can be set: \(known.isEmpty ? "nothing" : known)")
        }
    }

    mutating func option<Value: ParameterType>(
        _ parameter: Parameter, _ value: Value, _ location: SourceLocation,
        _ problems: inout [GraphProblem]
    ) -> Value {
        let chosen: Setting<Value> = override(parameter, fallback: value, location, &problems).1
        checkIsNew(parameter, location, &problems)
        options[parameter.name] = chosen.value.parameterValue
        return chosen.value
    }

    mutating func declare<Value: ParameterType>(
        _ parameter: Parameter, fallback: Value, _ location: SourceLocation,
        _ problems: inout [GraphProblem]
    ) -> Setting<Value> {
        let (declared, setting): (Parameter, Setting<Value>) = override(
            parameter, fallback: fallback, location, &problems)
        checkIsNew(declared, location, &problems)
        if let problem = declared.problem(with: declared.value) {
            problems.append(GraphProblem(location, problem))
        }
        parameters.append(declared)
        return setting
    }

    private func checkIsNew(_ parameter: Parameter, _ location: SourceLocation, _ problems: inout [GraphProblem]) {
        guard parameters.contains(where: { $0.name == parameter.name }) || options[parameter.name] != nil else {
            return
        }
        problems.append(
            GraphProblem(location, "parameter '\(parameter.name)' is declared twice; give each its own name"))
    }

    /// The parameter and its setting with the value of `--set`, if one was given.
    private mutating func override<Value: ParameterType>(
        _ parameter: Parameter, fallback: Value, _ location: SourceLocation,
        _ problems: inout [GraphProblem]
    ) -> (Parameter, Setting<Value>) {
        let parameter = overrides.inheriting(parameter)
        let plain = Setting(Value(parameter.value) ?? fallback, parameter: parameter.name)
        unusedOverrides.remove(parameter.name)
        guard let text = overrides.text(for: parameter) else { return (parameter, plain) }
        do {
            let given = try parameter.parse(text)
            guard let value = Value(given) else { return (parameter, plain) }
            return (parameter.with(given), Setting(value, parameter: parameter.name))
        } catch {
            problems.append(GraphProblem(location, error.description))
            return (parameter, plain)
        }
    }
}
