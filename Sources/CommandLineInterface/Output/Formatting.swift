internal import Foundation
internal import GraphModel

/// A number with so many decimals.
func decimals(_ value: Double, _ count: Int) -> String {
    String(format: "%.\(count)f", value)
}

/// `1 worker`, `2 workers`.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// An object as one line of JSON, with `null` for numbers that JSON lacks.
func jsonLine(_ value: some Encodable) throws -> String {
    try JSONText.encode(value)
}

/// Rows of texts in columns: the first left, numbers and all else aligned to their column's width.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) {
        rows = [header]
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        let isNumber = (0..<columns).map { column in
            rows.dropFirst().allSatisfy { $0.count <= column || Double($0[column]) != nil }
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return isNumber[column] ? space + cell : cell + space
            }.joined(separator: "  ").trimmingSuffix
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmingSuffix: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
