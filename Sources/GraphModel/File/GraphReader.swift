internal import Foundation
internal import Tensors

/// Reads a `.graph` file and collects every problem with its line.
struct GraphReader {
    private var data: Data
    let file: String
    let kinds: KindCatalog
    private(set) var lines = JSONLines([])
    private var problems: [GraphProblem] = []
    private var values: [String: ParameterValue] = [:]

    init(_ data: Data, file: String, kinds: KindCatalog) {
        self.data = data
        self.file = file
        self.kinds = kinds
    }

    mutating func read(_ settings: Overrides) throws(GraphError) -> Graph {
        let root = try parse()
        try checkVersion(root)
        checkKeys(
            root, at: [],
            [
                "graphrun", "name", "summary", "note", "iterations", "parameters", "options", "axes", "nodes",
                "metrics", "outputs", "stop",
            ])
        let options = decode([String: ParameterValue].self, root["options"] ?? .object([:]), at: ["options"]) ?? [:]
        let parameters = readParameters(root, options, settings)
        let name = text(root["name"], at: ["name"])
        let summary = text(root["summary"], at: ["summary"])
        let note = text(root["note"] ?? .string(""), at: ["note"])
        let iterations = decode(Setting<Int>.self, root["iterations"], at: ["iterations"])
        let axes = readList(root, "axes") { reader, entry, path in reader.readAxis(entry, path) }
        let nodes = readList(root, "nodes") { reader, entry, path in reader.readNode(entry, path) }
        let metrics = decode([String].self, root["metrics"] ?? .array([]), at: ["metrics"])
        let outputs = decode([String: String].self, root["outputs"], at: ["outputs"])
        let stop = readStop(root)
        guard listsAreWhole, let name, let summary, let note, let iterations, let metrics, let outputs else {
            throw .problems(problems)
        }
        let graph = Graph(
            name: name, summary: summary, note: note, iterations: iterations, parameters: parameters,
            options: options, axes: axes, nodes: nodes, metrics: metrics, outputs: outputs, stop: stop)
        guard problems.isEmpty else { throw .problems(problems + graph.structureProblems()) }
        return graph
    }

    /// Whether every axis and node was read: one that could not be would be reported once more, as missing.
    private var listsAreWhole = true
    /// Names of parameters that something is wrong with, so that what takes its value from them says nothing.
    private var questionable: Set<String> = []

    // MARK: Parts

    private mutating func parse() throws(GraphError) -> [String: JSONValue] {
        let text: String
        do throws(PlainText.Complaint) {
            text = try PlainText.decode(data, as: "a .graph file")
        } catch {
            throw .problems([GraphProblem(SourceLocation(file: file, line: error.line), error.reason)])
        }
        data = Data(text.utf8)
        let value: JSONValue
        do {
            // JSONSerialization bounds the depth, which the recursive decoder and the lines would follow down.
            _ = try JSONSerialization.jsonObject(with: data)
            lines = JSONLines(Array(data))
            value = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch let error as DecodingError {
            let complaint = DecodingComplaint(error)
            throw .problems([
                GraphProblem(SourceLocation(file: file, line: lines.line(of: complaint.path)), complaint.reason)
            ])
        } catch {
            let (line, reason) = DecodingComplaint.syntax(error, in: text)
            throw .problems([
                GraphProblem(SourceLocation(file: file, line: line), reason)
            ])
        }
        for key in lines.repeatedKeys {
            problems.append(
                GraphProblem(
                    SourceLocation(file: file, line: key.line), "\"\(key.name)\" stands here twice; delete one of them")
            )
        }
        guard case .object(let root) = value else {
            throw .problems([
                GraphProblem(
                    SourceLocation(file: file, line: 1), "a .graph file is one JSON object; `graphs emit` writes one")
            ])
        }
        return root
    }

    private func checkVersion(_ root: [String: JSONValue]) throws(GraphError) {
        guard root["graphrun"] != .integer(Graph.fileVersion) else { return }
        let location = SourceLocation(file: file, line: lines.line(of: ["graphrun"]))
        guard case .integer(let version) = root["graphrun"] else {
            throw .problems([
                GraphProblem(location, "this is no .graph file: it lacks \"graphrun\": \(Graph.fileVersion)")
            ])
        }
        throw .problems([
            GraphProblem(
                location,
                "version \(version) of the file form is not known; this program reads version \(Graph.fileVersion). "
                    + "Emit the graph again with this program")
        ])
    }

    private mutating func readParameters(
        _ root: [String: JSONValue], _ options: [String: ParameterValue], _ settings: Overrides
    ) -> [Parameter] {
        var seen: Set<String> = []
        var parameters = readList(root, "parameters") { reader, entry, path -> Parameter? in
            let known: Set = ["name", "sort", "value", "minimum", "maximum", "choices", "unit", "help"]
            reader.checkKeys(entry, at: path, known)
            let entry = entry.filter { known.contains($0.key) }
            guard let parameter = reader.decode(Parameter.self, .object(entry), at: path) else {
                if case .string(let name)? = entry["name"] { reader.questionable.insert(name) }
                return nil
            }
            if let problem = parameter.problem(with: parameter.value) {
                reader.questionable.insert(parameter.name)
                reader.report(path, problem)
            }
            if !seen.insert(parameter.name).inserted || options[parameter.name] != nil {
                reader.report(path, "parameter '\(parameter.name)' is declared twice; give each its own name")
            }
            return parameter
        }
        let known = parameters.map(\.name).sorted().joined(separator: ", ")
        for (name, text) in settings.texts.sorted(by: { $0.key < $1.key }) {
            guard let index = parameters.firstIndex(where: { $0.name == name }) else {
                problems.append(
                    GraphProblem(
                        SourceLocation(file: file, line: lines.line(of: ["parameters"])),
                        options[name] == nil
                            ? "no parameter is called '\(name)'; \(known.isEmpty ? "there are none" : "there are: \(known)")"
                            : "'\(name)' was chosen when the graph was emitted; emit it again with --set \(name)=…"))
                continue
            }
            do {
                let given = settings.text(for: parameters[index]) ?? text
                parameters[index] = parameters[index].with(try parameters[index].parse(given))
            } catch {
                problems.append(GraphProblem(nil, "--set \(name)=\(text): \(error)"))
            }
        }
        for index in parameters.indices where settings.texts[parameters[index].name] == nil {
            parameters[index] = settings.inheriting(parameters[index])
        }
        values = Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return parameters
    }

    private mutating func readStop(_ root: [String: JSONValue]) -> StopRule? {
        guard case .object(let members)? = root["stop"] else {
            if root["stop"] != nil { report(["stop"], "\"stop\" must be an object") }
            return nil
        }
        checkKeys(members, at: ["stop"], ["when", "below", "for"])
        guard let metric = text(members["when"], at: ["stop", "when"]),
            let below = decode(Setting<Double>.self, members["below"], at: ["stop", "below"]),
            let count = decode(Setting<Int>.self, members["for"], at: ["stop", "for"])
        else { return nil }
        let location = SourceLocation(file: file, line: lines.line(of: ["stop"]))
        return StopRule(metric: metric, below: below, count: count, location: location)
    }

    // MARK: Helpers

    mutating func report(_ path: [String], _ message: String) {
        problems.append(GraphProblem(SourceLocation(file: file, line: lines.line(of: path)), message))
    }

    private mutating func readList<Element>(
        _ root: [String: JSONValue], _ key: String,
        _ read: (inout GraphReader, [String: JSONValue], [String]) -> Element?
    ) -> [Element] {
        guard case .array(let entries) = root[key] ?? .array([]) else {
            report([key], "\"\(key)\" must be a list")
            listsAreWhole = false
            return []
        }
        return entries.enumerated().compactMap { index, entry in
            let path = [key, "\(index)"]
            guard case .object(let members) = entry else {
                report(path, "an entry of \"\(key)\" must be an object")
                listsAreWhole = false
                return nil
            }
            guard let element = read(&self, members, path) else {
                listsAreWhole = false
                return nil
            }
            return element
        }
    }

    mutating func checkKeys(_ entry: [String: JSONValue], at path: [String], _ known: Set<String>) {
        for key in entry.keys.sorted() where !known.contains(key) {
            report(
                path + [key], "\"\(key)\" means nothing here; there can be: \(known.sorted().joined(separator: ", "))")
        }
    }

    mutating func text(_ value: JSONValue?, at path: [String]) -> String? {
        guard case .string(let text)? = value else { return decode(String.self, value, at: path) }
        return text
    }

    /// Decodes a part with Foundation's decoder and reports what it, or a key that it did not read, says.
    mutating func decode<Part: Codable>(_ type: Part.Type, _ value: JSONValue?, at path: [String]) -> Part? {
        guard let value else {
            report(path, "\"\(path.last ?? "")\" is missing")
            return nil
        }
        let decoder = JSONDecoder()
        decoder.userInfo = kinds.decoding
        decoder.userInfo[.parameterValues] = values
        do {
            // A fragment is wrapped, as the decoder's paths start inside a container.
            let part = try decoder.decode([Part].self, from: JSONEncoder().encode([value]))[0]
            let again = try JSONDecoder().decode([JSONValue].self, from: JSONEncoder().encode([part]))[0]
            if let extra = value.firstKey(missingFrom: again) {
                report(path + extra, "\"\(extra.last ?? "")\" means nothing here; delete it")
                return nil
            }
            return part
        } catch let misuse as ParameterMisuse where questionable.contains(misuse.parameter) {
            return nil  // What is wrong with the parameter has been reported.
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            // Foundation's word for a number that is not whole, where a whole one is needed; it does not say where.
            let unfit = value.unfitNumbers { part in
                do {
                    _ = try decoder.decode([Part].self, from: JSONEncoder().encode([part]))
                    return false
                } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
                    return true
                } catch {
                    return false
                }
            }
            for (inner, number) in unfit {
                let isWhole = number == number.rounded()
                report(
                    path + inner,
                    "\(DecodingComplaint.name(path + inner)) must be a whole number, "
                        + (isWhole ? "and \(plain(number)) is larger than one may be" : "not \(plain(number))"))
            }
            if unfit.isEmpty {
                report(path, "\(DecodingComplaint.name(path)) holds a number where a whole one is needed")
            }
            return nil
        } catch {
            let complaint = DecodingComplaint(error, at: path, isWrapped: true)
            report(complaint.path, complaint.reason)
            return nil
        }
    }
}
