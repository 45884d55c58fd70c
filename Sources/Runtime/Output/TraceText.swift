internal import Foundation

/// The text of a trace, an entry a line.
struct TraceText {
    private var text = Array(#"{"displayTimeUnit":"ms","traceEvents":["#.utf8)
    private var isEmpty = true

    /// The whole text.
    var bytes: [UInt8] { text + Array("\n]}".utf8) }

    /// Names a line of the picture; `dropped` are events that it does not show.
    mutating func line(_ line: Int, named name: String, dropped: Int = 0) {
        let rest = dropped > 0 ? #""dropped":\#(dropped),"# : ""
        add(
            #"{"args":{\#(rest)"name":\#(TraceText.quoted(name))},"name":"thread_name","ph":"M","pid":1,"tid":\#(line)}"#
        )
    }

    /// Adds what lasted for a while, with a number that is shown of it; times are in microseconds.
    ///
    /// - Parameter name: As ``quoted(_:)`` gives it.
    mutating func span(
        _ name: String, _ category: String, on line: Int, from start: Double, lasting duration: Double,
        _ key: String, _ number: Int
    ) {
        add(
            #"{"args":{"\#(key)":\#(number)},"cat":"\#(category)","dur":\#(finite(duration)),"name":\#(name),"ph":"X","pid":1,"#
                + #""tid":\#(line),"ts":\#(finite(start))}"#)
    }

    private mutating func add(_ entry: String) {
        text += isEmpty ? "\n".utf8 : ",\n".utf8
        text += entry.utf8
        isEmpty = false
    }

    /// A text as JSON has it.
    static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A text can always be encoded.
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? #""""#
    }

    /// JSON has no other numbers.
    private func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }
}
