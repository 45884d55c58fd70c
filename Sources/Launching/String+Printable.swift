extension String {
    /// The same with characters that cannot be seen, or move the cursor, written out: `\u{FEFF}`. Ends of lines and tabs stay.
    ///
    /// What messages quote comes from files and other programs: a name that begins with a byte order mark looks like one
    /// that does not, and an escape sequence would be obeyed by the terminal.
    package var showingAll: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isSeen {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isSeen: Bool {
        guard self != "\n", self != "\t" else { return true }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        // Of all that is white, only the plain space looks like what it is.
        case .spaceSeparator: return self == " "
        default: return !properties.isDefaultIgnorableCodePoint
        }
    }
}
