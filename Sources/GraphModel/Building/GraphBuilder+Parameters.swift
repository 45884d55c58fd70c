extension GraphBuilder {
    /// A whole number that `--set` may change.
    public func integer(
        _ name: String, _ value: Int, in range: ClosedRange<Int>, unit: String? = nil, _ help: String,
        file: String = #fileID, line: Int = #line
    ) -> Setting<Int> {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        return declared.declare(
            Parameter(name, .integer, .integer(value), range: bounds, unit: unit, help: help),
            fallback: value, SourceLocation(file: file, line: line), &problems)
    }

    /// A number that `--set` may change.
    public func number(
        _ name: String, _ value: Double, in range: ClosedRange<Double>, unit: String? = nil, _ help: String,
        file: String = #fileID, line: Int = #line
    ) -> Setting<Double> {
        declared.declare(
            Parameter(name, .number, .number(value), range: range, unit: unit, help: help),
            fallback: value, SourceLocation(file: file, line: line), &problems)
    }

    /// A file that `--set` may change; empty where none is given.
    public func path(
        _ name: String, _ value: String, _ help: String, file: String = #fileID, line: Int = #line
    ) -> Setting<String> {
        declared.declare(
            Parameter(name, .path, .text(value), help: help), fallback: value, SourceLocation(file: file, line: line),
            &problems)
    }

    /// One of several named choices, of all or of `choices`, that `--set` may change.
    public func choice<Choice: ParameterType & CaseIterable & RawRepresentable<String>>(
        _ name: String, _ value: Choice, among choices: [Choice] = Array(Choice.allCases), _ help: String,
        file: String = #fileID, line: Int = #line
    ) -> Setting<Choice> {
        declared.declare(
            Parameter(name, .text, .text(value.rawValue), choices: choices.map(\.rawValue), help: help),
            fallback: value, SourceLocation(file: file, line: line), &problems)
    }

    /// The numbers of a file that stand for 0 and 1, which `--set` may change.
    public func range(
        _ name: String, _ value: ValueRange, _ help: String, file: String = #fileID, line: Int = #line
    ) -> Setting<ValueRange> {
        declared.declare(
            Parameter(name, .range, value.parameterValue, help: help), fallback: value,
            SourceLocation(file: file, line: line), &problems)
    }

    /// A choice that shapes the graph itself: `graphs emit --set` gives it, a run cannot change it any more.
    public func option<Value: ParameterType>(
        _ name: String, _ value: Value, file: String = #fileID, line: Int = #line
    ) -> Value {
        let sort: Parameter.Sort =
            switch value.parameterValue {
            case .integer: .integer
            case .number: .number
            case .text: .text
            }
        return declared.option(
            Parameter(name, sort, value.parameterValue), value, SourceLocation(file: file, line: line), &problems)
    }

    /// A choice among names that shapes the graph itself.
    public func option<Choice: ParameterType & CaseIterable & RawRepresentable<String>>(
        _ name: String, _ value: Choice, file: String = #fileID, line: Int = #line
    ) -> Choice {
        declared.option(
            Parameter(name, .text, .text(value.rawValue), choices: Choice.allCases.map(\.rawValue)), value,
            SourceLocation(file: file, line: line), &problems)
    }

    /// A whole number that shapes the graph itself.
    public func option(
        _ name: String, _ value: Int, in range: ClosedRange<Int>, file: String = #fileID, line: Int = #line
    ) -> Int {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        return declared.option(
            Parameter(name, .integer, .integer(value), range: bounds), value, SourceLocation(file: file, line: line),
            &problems)
    }

    /// A file, or a pattern of files, that shapes the graph itself; empty where none is given.
    public func pathOption(
        _ name: String, _ value: String, file: String = #fileID, line: Int = #line
    ) -> String {
        declared.option(
            Parameter(name, .path, .text(value)), value, SourceLocation(file: file, line: line), &problems)
    }

    /// Numbers, separated by commas, that shape the graph itself.
    public func numbersOption(
        _ name: String, _ values: [Double], file: String = #fileID, line: Int = #line
    ) -> [Double] {
        let text = option(name, values.map(plain).joined(separator: ","), file: file, line: line)
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Double($0).flatMap { $0.isFinite ? $0 : nil } }
        guard numbers.count == words.count else {
            problems.append(
                GraphProblem(
                    SourceLocation(file: file, line: line),
                    "'\(name)' takes numbers separated by commas, such as 0.03,0.05, not '\(text)'"))
            return values
        }
        return numbers
    }
}
