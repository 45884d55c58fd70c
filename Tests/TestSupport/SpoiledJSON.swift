/// The same JSON value, as `JSONSerialization` gives it, with one thing in it changed by chance.
///
/// - Parameter sparing: Members of objects that stay as they are.
public func spoiled(_ value: Any, sparing: Set<String> = [], using random: inout SeededRandom) -> Any {
    switch value {
    case var entries as [Any]:
        guard let index = entries.indices.randomElement(using: &random) else { return value }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: entries.remove(at: index)
        case 1: entries.append(entries[index])
        default: entries[index] = spoiled(entries[index], sparing: sparing, using: &random)
        }
        return entries
    case var members as [String: Any]:
        let keys = members.keys.filter { !sparing.contains($0) }.sorted()
        guard let key = keys.randomElement(using: &random), let member = members[key] else { return value }
        members[key] = spoiled(member, sparing: sparing, using: &random)
        return members
    case let text as String:
        return ["", "x", "compute", "send", "float32", "complex64", text + "[0]"].randomElement(using: &random) ?? ""
    case let number as Int:
        let others = [0, -1, 1, number &+ 1, number &- 1, number &* 16, Int.max, Int.min, 1 << 40, 3]
        return others.randomElement(using: &random) ?? 0
    default: return value
    }
}
