/// The lines on which the values of a JSON text stand.
///
/// Foundation's decoder names the path of a value but not its line, so this walks a text that Foundation has accepted
/// once and notes them.
struct JSONLines {
    /// A value's first line, and those of what it holds.
    private struct Place {
        var line: Int
        var members: [String: Place] = [:]
        var elements: [Place] = []
    }

    private let root: Place
    /// Keys that their object has already, of which a decoder would take one without a word.
    let repeatedKeys: [(name: String, line: Int)]

    /// - Parameter text: JSON that a parser has accepted; anything else yields lines without meaning, never a trap.
    init(_ text: [UInt8]) {
        var scanner = Scanner(bytes: text)
        root = scanner.value()
        repeatedKeys = scanner.repeatedKeys
    }

    /// The line, from 1, of the value at `path` (keys, and indices as texts); of the deepest part of it that exists.
    func line(of path: [String]) -> Int {
        var place = root
        for step in path {
            if let member = place.members[step] {
                place = member
            } else if let index = Int(step), place.elements.indices.contains(index) {
                place = place.elements[index]
            } else {
                break
            }
        }
        return place.line
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0
        var line = 1
        var repeatedKeys: [(name: String, line: Int)] = []

        mutating func value() -> Place {
            skipSpace()
            var place = Place(line: line)
            switch peek() {
            case UInt8(ascii: "{"):
                position += 1
                while let next = nextEntry(), next != UInt8(ascii: "}") {
                    let keyLine = line
                    let key = string()
                    skipSpace()
                    position += 1  // The colon.
                    var member = value()
                    member.line = keyLine
                    if place.members.updateValue(member, forKey: key) != nil { repeatedKeys.append((key, keyLine)) }
                }
                position += 1
            case UInt8(ascii: "["):
                position += 1
                while let next = nextEntry(), next != UInt8(ascii: "]") {
                    place.elements.append(value())
                }
                position += 1
            case UInt8(ascii: "\""):
                _ = string()
            default:
                while let byte = peek(), !",]}\n\r\t ".utf8.contains(byte) { position += 1 }
            }
            return place
        }

        /// The first byte of the next entry of a list or object, or its end.
        private mutating func nextEntry() -> UInt8? {
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                position += 1
                skipSpace()
            }
            return peek()
        }

        /// The text of a string without its quotes, escapes as they stand.
        private mutating func string() -> String {
            let start = position + 1
            position += 1
            while let byte = peek(), byte != UInt8(ascii: "\"") {
                position += byte == UInt8(ascii: "\\") ? 2 : 1
            }
            let end = min(position, bytes.count)
            position += 1
            return String(decoding: bytes[min(start, end)..<end], as: UTF8.self)
        }

        private func peek() -> UInt8? {
            position < bytes.count ? bytes[position] : nil
        }

        private mutating func skipSpace() {
            while let byte = peek(), byte <= 0x20 {
                if byte == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }
    }
}
