internal import Tensors

/// What stands before the numbers of an `.npy` file: magic, version, and a dictionary of three entries as Python
/// prints it. (NumPy Enhancement Proposal 1, and `numpy.lib.format` for versions 2.0 and 3.0.)
struct NPYHeader: Equatable {
    /// `\x93NUMPY`
    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    /// Bytes of magic, version and header length at most; a shorter header has no room left for the dictionary.
    static let prefixLength = 12
    /// The longest dictionary read, in bytes; one that describes no structured type takes a few hundred.
    static let longestDictionary = 1 << 20
    /// The element types read, for messages.
    static let supported = "b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4, f8, c8 and c16"

    let type: TensorType
    /// How one real number is stored; a complex element is two of them.
    let element: StoredElement
    let bigEndian: Bool
    /// Whether the first axis varies fastest.
    let fortranOrder: Bool
    /// Bytes before the numbers.
    let length: Int

    /// Bytes of all the numbers.
    var payload: Int { type.floatCount * element.byteCount }

    /// Where the dictionary lies, from the first bytes of a file of `size` bytes.
    static func dictionary(
        in prefix: some Collection<UInt8>, size: Int, path: String
    ) throws(TensorFileError) -> Range<Int> {
        guard size > 0 else { throw .empty(path: path) }
        guard prefix.starts(with: magic) else { throw .wrongFormat(path: path, expected: "an NPY file") }
        guard prefix.count >= prefixLength else { throw .truncated(path: path, needed: prefixLength, found: size) }
        let bytes = Array(prefix.prefix(prefixLength))
        let (major, minor) = (bytes[6], bytes[7])
        guard minor == 0, 1...3 ~= major else {
            throw .unsupportedVersion(path: path, version: "\(major).\(minor)")
        }
        let start = major == 1 ? 10 : 12
        let length = bytes[8..<start].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= longestDictionary else {
            throw .headerTooLong(path: path, bytes: length, limit: longestDictionary)
        }
        let end = start + Int(length)
        guard end <= size else { throw .truncated(path: path, needed: end, found: size) }
        return start..<end
    }

    /// Reads the dictionary, and checks that a file of `size` bytes is as long as it says.
    init(dictionary bytes: ArraySlice<UInt8>, size: Int, path: String) throws(TensorFileError) {
        let entries: PythonDictionary
        do {
            entries = try PythonDictionary(parsing: bytes)
        } catch {
            switch error {
            case .malformed(let expected, let offset):
                throw .malformedHeader(path: path, detail: "\(expected) expected at byte \(offset)")
            case .list:
                throw .unsupportedElement(path: path, tensor: nil, element: "structure", supported: NPYHeader.supported)
            }
        }
        guard Set(entries.keys) == ["descr", "fortran_order", "shape"] else {
            throw .malformedHeader(path: path, detail: "its entries must be 'descr', 'fortran_order' and 'shape'")
        }
        guard case .boolean(let fortranOrder) = entries["fortran_order"] else {
            throw .malformedHeader(path: path, detail: "'fortran_order' must be True or False")
        }
        guard case .tuple(let dimensions) = entries["shape"] else {
            throw .malformedHeader(path: path, detail: "'shape' must be a tuple of whole numbers")
        }
        guard case .string(let description) = entries["descr"] else {
            throw .malformedHeader(path: path, detail: "'descr' must be an element type in quotes")
        }
        guard let stored = NPYHeader.element(description) else {
            throw .unsupportedElement(
                path: path, tensor: nil, element: quoted(description), supported: NPYHeader.supported)
        }
        let shape = try Shape(stored: dimensions, of: "the array", path: path)
        type = TensorType(shape, stored.complex ? .complex64 : .float32)
        element = stored.element
        bigEndian = stored.bigEndian
        self.fortranOrder = fortranOrder
        length = bytes.endIndex

        let needed = length + payload
        guard size >= needed else { throw .truncated(path: path, needed: needed, found: size) }
        guard size == needed else { throw .trailing(path: path, needed: needed, found: size) }
    }

    /// `<f4` and its like: byte order (`<`, `>`, `=` this machine's, `|` none), then kind and size.
    private static func element(
        _ description: String
    ) -> (element: StoredElement, complex: Bool, bigEndian: Bool)? {
        let machineIsBigEndian = 1.bigEndian == 1
        let orders: [Character: Bool] = ["<": false, ">": true, "=": machineIsBigEndian, "|": machineIsBigEndian]
        let order = description.first.flatMap { orders[$0] }
        let bigEndian = order ?? machineIsBigEndian
        switch description.dropFirst(order == nil ? 0 : 1) {
        case "b1": return (.bool, false, bigEndian)
        case "i1": return (.int8, false, bigEndian)
        case "i2": return (.int16, false, bigEndian)
        case "i4": return (.int32, false, bigEndian)
        case "i8": return (.int64, false, bigEndian)
        case "u4": return (.uint32, false, bigEndian)
        case "u8": return (.uint64, false, bigEndian)
        case "f2": return (.float16, false, bigEndian)
        case "f4": return (.float32, false, bigEndian)
        case "f8": return (.float64, false, bigEndian)
        case "u1": return (.uint8, false, bigEndian)
        case "u2": return (.uint16, false, bigEndian)
        case "c8": return (.float32, true, bigEndian)
        case "c16": return (.float64, true, bigEndian)
        default: return nil
        }
    }
}
