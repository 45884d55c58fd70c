internal import Foundation
internal import Tensors

/// What stands before the numbers of a `.safetensors` file: 8 bytes of length, then JSON.
struct SafeTensorsHeader {
    /// One tensor of the file.
    struct Entry {
        let name: String
        let shape: Shape
        let element: StoredElement

        var byteCount: Int { shape.count * element.byteCount }

        /// - Precondition: `bytes` holds `byteCount` bytes.
        func tensor(of bytes: UnsafeRawBufferPointer) -> Tensor {
            var tensor = Tensor(shape)
            tensor.withMutableView { element.decode(bytes, bigEndian: false, into: $0.floats) }
            return tensor
        }

        /// Looks at the numbers, which are stored as `bytes`.
        func check(_ bytes: [UInt8], _ path: String) throws(TensorFileError) {
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: shape.count)
            defer { memory.deallocate() }
            var scan = ValueScan()
            bytes.withUnsafeBytes { scan.add($0, of: element, bigEndian: false, by: memory) }
            guard let fault = scan.fault(of: TensorType(shape)) else { return }
            throw .values(path: path, tensor: name, fault: fault)
        }
    }

    /// The one name that is no tensor's.
    static let metadata = "__metadata__"
    /// Bytes that hold the length of the JSON.
    static let prefixLength = 8
    /// Bytes of JSON at most, as in the reference implementation.
    static let longest = 100_000_000

    /// The tensors in the order in which their numbers lie in the file, with nothing between them.
    let entries: [Entry]

    /// Where the JSON lies, from the first bytes of a file of `size` bytes.
    static func range(
        in prefix: some Collection<UInt8>, size: Int, path: String
    ) throws(TensorFileError) -> Range<Int> {
        guard size > 0 else { throw .empty(path: path) }
        guard prefix.count >= prefixLength else { throw .truncated(path: path, needed: prefixLength, found: size) }
        let length = prefix.prefix(prefixLength).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= longest else { throw .headerTooLong(path: path, bytes: length, limit: longest) }
        let end = prefixLength + Int(length)
        guard end <= size else { throw .truncated(path: path, needed: end, found: size) }
        return prefixLength..<end
    }

    /// Reads the JSON, and checks that the tensors fill a file of `size` bytes without holes and overlaps.
    init(json: ArraySlice<UInt8>, size: Int, path: String) throws(TensorFileError) {
        let descriptions = try SafeTensorsDescription.parse(Data(json), path: path)
        let sorted = descriptions.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        var entries: [Entry] = []
        var end = 0
        for description in sorted {
            let entry = try Entry(description, path: path)
            guard description.begin == end else {
                throw .malformedHeader(
                    path: path,
                    detail: "tensor \(quoted(entry.name)) starts at byte \(description.begin), "
                        + "where the one before it ends at \(end)")
            }
            end = description.end
            entries.append(entry)
        }
        self.entries = entries

        let start = SafeTensorsHeader.prefixLength + json.count
        guard end <= size - start else { throw .truncated(path: path, needed: end, found: size - start) }
        guard end == size - start else { throw .trailing(path: path, needed: end, found: size - start) }
    }

    /// The JSON for tensors that lie in this order, padded so that the numbers start at a multiple of 8 bytes.
    static func json(of tensors: [(name: String, type: TensorType)]) -> [UInt8] {
        var offset = 0
        let entries = tensors.map { name, type in
            let end = offset + type.byteCount
            defer { offset = end }
            let shape = type.shape.dimensions.map(String.init).joined(separator: ",")
            return "\(jsonString(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
        }
        let json = Array("{\(entries.joined(separator: ","))}".utf8)
        return json + [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    }

    private static func jsonString(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": json += "\\\(scalar)"
            case "\0"..<" ": json += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}

extension SafeTensorsHeader.Entry {
    /// Checks one description by itself: its element type is read here, and its bytes are as many as its shape needs.
    fileprivate init(_ description: SafeTensorsDescription, path: String) throws(TensorFileError) {
        name = description.name
        switch description.dtype {
        case "F32": element = .float32
        case "F16": element = .float16
        case "BF16": element = .bfloat16
        default:
            throw .unsupportedElement(
                path: path, tensor: name, element: quoted(description.dtype), supported: "F32, F16 and BF16")
        }
        shape = try Shape(stored: description.shape, of: "tensor \(quoted(name))", path: path)
        let (begin, end) = (description.begin, description.end)
        guard begin >= 0, end >= begin else {
            throw .malformedHeader(
                path: path, detail: "tensor \(quoted(name)) cannot lie at the bytes \(begin) to \(end)")
        }
        guard end - begin == byteCount else {
            throw .malformedHeader(
                path: path,
                detail: "tensor \(quoted(name)) takes \(byteCount) bytes as \(description.dtype) of shape \(shape), "
                    + "but \(end - begin) are set apart for it")
        }
    }
}
