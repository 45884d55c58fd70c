/// Why a file was not read or written: `PATH: what is wrong; how to mend it`, on one line.
public enum TensorFileError: Error, Equatable, CustomStringConvertible, Sendable {
    // The path and the system.
    case unusablePath(String)
    case missing(path: String)
    case folder(path: String)
    case notAFile(path: String)
    case notPermitted(path: String)
    /// `reason` is the system's own text.
    case unreadable(path: String, reason: String)
    /// `reason` is the system's own text.
    case unwritable(path: String, reason: String)
    /// Longer than files may be here; `limit` counts bytes, and is `nil` where it is the file system's.
    case beyondSizeLimit(path: String, limit: Int?)

    // What is in the file.
    case empty(path: String)
    /// `known` names the formats that there are.
    case noFormat(path: String, known: [String])
    /// `dataSet` is the array that was asked for, of those in `there`; `nil` where one must be named.
    case noDataSet(path: String, dataSet: String?, there: [String])
    case wrongFormat(path: String, expected: String)
    /// `needed` and `found` count bytes.
    case truncated(path: String, needed: Int, found: Int)
    /// `needed` and `found` count bytes.
    case trailing(path: String, needed: Int, found: Int)
    case unsupportedVersion(path: String, version: String)
    /// `bytes` and `limit` count bytes.
    case headerTooLong(path: String, bytes: UInt64, limit: Int)
    case malformedHeader(path: String, detail: String)
    case unsupportedElement(path: String, tensor: String?, element: String, supported: String)
    /// `reason` is libpng's own text.
    case damagedPNG(path: String, reason: String)
    case tooLarge(path: String, detail: String)
    case values(path: String, tensor: String?, fault: ValueFault)

    /// What whoever has the file says, who names it.
    case elsewhere(String)

    // What can be read once.
    /// `purpose` is what it was read as.
    case streamTaken(path: String, purpose: String)
    case terminal(path: String)
    /// `bytes` are those asked for at once.
    case noMemory(path: String, bytes: Int)

    // What was to be written.
    case notAPicture(path: String, type: String)
    case unwritableTensor(path: String, tensor: String, detail: String)

    public var description: String {
        switch self {
        case .unusablePath(let path):
            "\(quoted(path)): not a usable path; give one that is not empty and holds no zero character"
        case .missing(let path):
            "\(path): no such file; check the path"
        case .folder(let path):
            "\(path): is a folder; give the path of a file"
        case .notAFile(let path):
            "\(path): is a device, pipe or socket; give the path of a plain file"
        case .notPermitted(let path):
            "\(path): permission denied; check who may use this file and its folders"
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason)); check the disk and the path"
        case .unwritable(let path, let reason):
            "\(path): cannot be written (\(reason)); check the folder, its permissions and the free space"
        case .beyondSizeLimit(let path, let limit?):
            "\(path): cannot be written: it is longer than files may be here, which is \(limit) bytes; "
                + "raise that limit (ulimit -f)"
        case .beyondSizeLimit(let path, nil):
            "\(path): cannot be written: it is longer than a file may be on this file system; choose another"
        case .empty(let path):
            "\(path): is empty; write or copy the file again"
        case .noFormat(let path, let known) where known.count == 2:
            "\(path): is neither \(known[0]) nor \(known[1]); convert the image to one of them"
        case .noFormat(let path, let known):
            "\(path): is none of \(known.joined(separator: ", ")); convert the image to one of them"
        case .noDataSet(let path, let name?, []):
            "\(path): holds a single array, so there is no \(quoted(name)); leave 'dataSet' out"
        case .noDataSet(let path, let name?, let there):
            "\(path): holds no array \(quoted(name)); there are: \(there.map(quoted).joined(separator: ", "))"
        case .noDataSet(let path, nil, let there):
            "\(path): holds several arrays; name one with 'dataSet': \(there.map(quoted).joined(separator: ", "))"
        case .wrongFormat(let path, let expected):
            "\(path): is not \(expected); give a file of that format"
        case .truncated(let path, let needed, let found):
            "\(path): ends too early: \(needed) bytes are needed, \(found) are there; write or copy the file again"
        case .trailing(let path, let needed, let found):
            "\(path): is too long: its header describes \(needed) bytes, \(found) are there; "
                + "write or copy the file again"
        case .unsupportedVersion(let path, let version):
            "\(path): is NPY version \(version); save it as version 1.0, 2.0 or 3.0"
        case .headerTooLong(let path, let bytes, let limit):
            "\(path): says its header takes \(bytes) bytes, the limit is \(limit); the file is damaged, write it again"
        case .malformedHeader(let path, let detail):
            "\(path): has a header that makes no sense: \(detail); write the file again"
        case .unsupportedElement(let path, nil, let element, let supported):
            "\(path): holds elements of type \(element); convert them to one of \(supported)"
        case .unsupportedElement(let path, let tensor?, let element, let supported):
            "\(path): tensor \(quoted(tensor)) holds elements of type \(element); convert them to one of \(supported)"
        case .damagedPNG(let path, let reason):
            "\(path): is a damaged PNG file (libpng: \(reason)); write or copy the file again"
        case .tooLarge(let path, let detail):
            "\(path): is too large: \(detail); cut it into smaller images"
        case .values(let path, nil, let fault):
            "\(path): \(fault.text); \(fault.mend)"
        case .values(let path, let tensor?, let fault):
            "\(path): tensor \(quoted(tensor)): \(fault.text); export the weights again"
        case .elsewhere(let message):
            message
        case .streamTaken(let path, let purpose):
            "\(path): has been read already, as \(purpose); give one of both by the name of a file"
        case .terminal(let path):
            "\(path): is a terminal; send a file into it, or name one"
        case .noMemory(let path, let bytes):
            "\(path): there is no memory for it: \(bytes) bytes more are not to be had; "
                + "use a smaller image, or raise the limit where there is one (ulimit -v, ulimit -d)"
        case .notAPicture(let path, let type):
            "\(path): a tensor of type \(type) is no picture; "
                + "give float32 of shape H × W, C × H × W or 1 × C × H × W with C = 1 or 3"
        case .unwritableTensor(let path, let tensor, let detail):
            "\(path): tensor \(quoted(tensor)) cannot be written: \(detail)"
        }
    }
}

/// Text from a file, in quotes, made fit for one line of a message: no control characters, and not too long.
func quoted(_ text: String) -> String {
    let limit = 60
    var line = ""
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned:
            line += scalar.escaped(asASCII: true)
        default:
            line.unicodeScalars.append(scalar)
        }
    }
    return "'\(line)\(text.unicodeScalars.count > limit ? "…" : "")'"
}
