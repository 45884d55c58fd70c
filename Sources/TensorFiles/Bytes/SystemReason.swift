internal import Foundation

/// Why the system or Foundation refused something, in words for one line of a message.
///
/// Everything that Foundation throws goes through here on its way to a message: printed as it is, it would be raw text,
/// `Error Domain=… Code=… UserInfo={…}`. The errors of this package are their own words already.
package enum SystemReason {
    /// The system's words for an `errno`.
    package static func of(_ code: Int32) -> String {
        String(cString: strerror(code))
    }

    /// The words for an error of any sort; of a file, with its path where the error tells it and the words do not.
    package static func of(_ error: any Error) -> String {
        switch error {
        case let error as DecodingError: words(error)
        case EncodingError.invalidValue(_, let context): line(context.debugDescription)
        case is CocoaError, is POSIXError, is URLError: words(error as NSError)
        default: type(of: error) is NSError.Type ? words(error as NSError) : "\(error)"
        }
    }

    /// What a file at `path` met with: `PATH: the words`.
    package static func of(_ error: any Error, at path: String) -> String {
        let words = of(error)
        return words.hasPrefix("\(path): ") ? words : "\(path): \(words)"
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            line(context.debugDescription)
        @unknown default: "it is not what was expected"
        }
    }

    private static func words(_ error: NSError) -> String {
        let reason = code(error).map { of($0) } ?? own(error)
        guard let path = error.userInfo[NSFilePathErrorKey] as? String, !path.isEmpty else { return reason }
        return "\(path): \(reason)"
    }

    /// The `errno` that it comes from, if it does from one.
    static func code(_ error: NSError) -> Int32? {
        if error.domain == NSPOSIXErrorDomain { return Int32(exactly: error.code) }
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error { return code(cause as NSError) }
        guard error.domain == NSCocoaErrorDomain else { return nil }
        // Foundation's own numbers for the same things, where it tells no cause.
        switch CocoaError.Code(rawValue: error.code) {
        case .fileNoSuchFile, .fileReadNoSuchFile: return ENOENT
        case .fileReadNoPermission, .fileWriteNoPermission: return EACCES
        case .fileWriteFileExists: return EEXIST
        case .fileWriteOutOfSpace: return ENOSPC
        case .fileWriteVolumeReadOnly: return EROFS
        case .fileReadInvalidFileName, .fileWriteInvalidFileName: return ENAMETOOLONG
        case .fileReadTooLarge: return EFBIG
        default: return nil
        }
    }

    /// Foundation's words, unless they are as raw as the error.
    private static func own(_ error: NSError) -> String {
        let words = line(error.localizedDescription)
        return words.isEmpty || words.contains(error.domain) ? "error \(error.code) of the system" : words
    }

    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

extension TensorFileError {
    /// What it means that writing a file at `path` met with an `errno`.
    static func writing(_ path: String, _ code: Int32) -> TensorFileError {
        switch code {
        case EISDIR: .folder(path: path)
        case EFBIG: .beyondSizeLimit(path: path, limit: FileSizeLimit.bytes)
        default: .unwritable(path: path, reason: SystemReason.of(code))
        }
    }

    /// What it means that writing a file at `path` met with an error of any sort.
    package static func writing(_ path: String, _ error: any Error) -> TensorFileError {
        if let error = error as? TensorFileError { return error }
        if let code = SystemReason.code(error as NSError) { return writing(path, code) }
        return .unwritable(path: path, reason: SystemReason.of(error))
    }
}
