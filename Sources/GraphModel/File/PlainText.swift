public import Foundation

/// The text of a file that people write with an editor.
public enum PlainText {
    /// Why it is none that is understood, where, and how to mend it.
    public struct Complaint: Error, Equatable {
        /// The line where it ceases to be text.
        public let line: Int
        /// What is wrong.
        public let reason: String
    }

    /// The text without the byte order mark that some editors begin it with.
    ///
    /// - Parameter what: What the file should be, such as `a host file`.
    /// - Throws: ``Complaint`` where it is not UTF-8.
    public static func decode(_ data: Data, as what: String) throws(Complaint) -> String {
        for mark: [UInt8] in [[0xFF, 0xFE], [0xFE, 0xFF]] where data.count % 2 == 0 && data.starts(with: mark) {
            throw Complaint(line: 1, reason: "this is text in UTF-16; save it as UTF-8")
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = data.starts(with: mark) ? data.dropFirst(mark.count) : data
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw Complaint(line: lineOfDamage(bytes), reason: "this is no text; is it \(what)?")
        }
        return text
    }

    /// The first line with what is no text.
    private static func lineOfDamage(_ bytes: Data) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let damaged = lines.firstIndex { $0.contains(0) || String(validating: $0, as: UTF8.self) == nil }
        return (damaged ?? 0) + 1
    }
}
