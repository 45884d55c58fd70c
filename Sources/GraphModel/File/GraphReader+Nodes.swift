internal import Tensors

// The axes and nodes of a `.graph` file.

extension GraphReader {
    mutating func readAxis(_ entry: [String: JSONValue], _ path: [String]) -> Axis? {
        let location = SourceLocation(file: file, line: lines.line(of: path))
        guard let name = text(entry["name"], at: path + ["name"]) else { return nil }
        if let count = entry["count"] {
            checkKeys(entry, at: path, ["name", "count"])
            guard let count = decode(Setting<Int>.self, count, at: path + ["count"]) else { return nil }
            return Axis(name, .count(count), location: location)
        }
        checkKeys(entry, at: path, ["name", "of", "mode", "size", "overlap", "denoiser", "dimensions"])
        guard
            let of = text(entry["of"], at: path + ["of"]),
            let mode = decode(Setting<TileMode>.self, entry["mode"], at: path + ["mode"]),
            let size = decode(Setting<Int>.self, entry["size"], at: path + ["size"]),
            let overlap = decode(Setting<Int>.self, entry["overlap"], at: path + ["overlap"]),
            let denoiser = readDenoiser(entry["denoiser"], at: path + ["denoiser"]),
            let dimensions = decode(Int.self, entry["dimensions"], at: path + ["dimensions"])
        else { return nil }
        let tiles = TileAxis(
            of: of, mode: mode, size: size, overlap: overlap, denoiser: denoiser, dimensions: dimensions)
        return Axis(name, .tiles(tiles), location: location)
    }

    /// A denoiser's settings, or a kind that looks around by its name and settings.
    private mutating func readDenoiser(_ value: JSONValue?, at path: [String]) -> (any HasReceptiveField)? {
        guard case .object(let entry)? = value, let name = entry["kind"] else {
            return kinds.denoiser.flatMap { decodeDenoiser($0, value, at: path) }
        }
        checkKeys(entry, at: path, ["kind", "settings"])
        guard let name = text(name, at: path + ["kind"]) else { return nil }
        guard let kind = kinds[name] as? any HasReceptiveField.Type else {
            report(path + ["kind"], "this program knows no kind '\(name)' that says how far it looks")
            return nil
        }
        return decodeDenoiser(kind, entry["settings"] ?? .object([:]), at: path + ["settings"])
    }

    private mutating func decodeDenoiser<Denoiser: HasReceptiveField>(
        _ type: Denoiser.Type, _ value: JSONValue?, at path: [String]
    ) -> (any HasReceptiveField)? {
        decode(type, value, at: path)
    }

    mutating func readNode(_ entry: [String: JSONValue], _ path: [String]) -> Node? {
        let location = SourceLocation(file: file, line: lines.line(of: path))
        guard let id = text(entry["id"], at: path + ["id"]) else { return nil }
        var axis: String?
        if let over = entry["over"] {
            guard let name = text(over, at: path + ["over"]) else { return nil }
            axis = name
        }
        guard entry["initial"] == nil else {
            checkKeys(entry, at: path, ["id", "over", "initial", "next"])
            guard
                let initial = text(entry["initial"], at: path + ["initial"]),
                let next = text(entry["next"], at: path + ["next"])
            else { return nil }
            return Node(id: id, content: .state(initial: initial, next: next), axis: axis, location: location)
        }
        checkKeys(entry, at: path, ["id", "over", "kind", "inputs", "settings"])
        guard
            let written = text(entry["kind"], at: path + ["kind"]),
            let inputs = decode([String].self, entry["inputs"] ?? .array([]), at: path + ["inputs"])
        else { return nil }
        let settings = entry["settings"] ?? .object([:])
        let (name, current) = withoutOperator(written, settings)
        guard let kind = kinds[name] else {
            report(
                path + ["kind"],
                "'\(id)' is of the kind '\(written)', which this program does not know; run the program that defines it, "
                    + "or use one of: \(kinds.names.joined(separator: ", "))")
            return nil
        }
        guard case .object = settings else {
            report(path + ["settings"], "\"settings\" must be an object")
            return nil
        }
        guard let value = decodeKind(kind, current, at: path + ["settings"]) else { return nil }
        return Node(id: id, content: .compute(value, inputs: inputs), axis: axis, location: location)
    }

    /// Files from before operators were settings name them in the kind: `measure:blur` is `measure` of a `blur`.
    private func withoutOperator(_ name: String, _ settings: JSONValue) -> (name: String, settings: JSONValue) {
        guard kinds[name] == nil, let colon = name.firstIndex(of: ":"), case .object(var members) = settings,
            let own = members["operator"]
        else { return (name, settings) }
        members["operator"] = .object([String(name[name.index(after: colon)...]): own])
        return (String(name[..<colon]), .object(members))
    }

    private mutating func decodeKind<Kind: NodeKind>(
        _ kind: Kind.Type, _ settings: JSONValue, at path: [String]
    ) -> (any NodeKind)? {
        decode(Kind.self, settings, at: path)
    }
}
