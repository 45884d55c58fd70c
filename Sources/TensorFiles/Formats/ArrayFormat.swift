public import Tensors

/// A format of files that hold arrays or pictures, such as NPY.
///
/// A format is added with this conformance and a line in the table; what reads files asks the table.
public protocol ArrayFormat: SendableMetatype {
    /// What messages call it.
    static var name: String { get }
    /// How the names of files end, without a dot, that have no first bytes to know them by; by default none.
    static var suffixes: [String] { get }
    /// Whether a file that begins with these bytes, at most ``ArrayFormats/headBytes``, is of this format.
    static func recognises(_ head: [UInt8]) -> Bool

    /// What the header says, from as few bytes as the format allows.
    ///
    /// - Parameter dataSet: Which of the file's arrays; `nil` for the only one.
    /// - Throws: ``TensorFileError`` where there is no such array, or the file is damaged.
    static func header(_ source: any ByteSource, dataSet: String?) throws(TensorFileError) -> ArrayHeader

    /// Reads a box of an array, row-major, complex elements as real part, imaginary part.
    ///
    /// - Parameters:
    ///   - box: A range for every axis of the array, all within it.
    ///   - floats: As many as the box has.
    /// - Throws: ``TensorFileError``.
    static func read(
        _ box: Region, of dataSet: String?, _ source: any ByteSource, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(TensorFileError)

    /// Goes through the values of a box; `nil` where that would take long and nothing can be wrong with them. By default
    /// they are read in pieces.
    ///
    /// - Throws: also where values cannot be computed with: ``TensorFileError/values(path:tensor:fault:)``.
    static func look(
        _ box: Region, of dataSet: String?, _ source: any ByteSource
    ) throws(TensorFileError) -> ValueScan?
}

/// A format of which the bytes of a box are hashed without those around it.
protocol HashesBoxes: ArrayFormat {
    /// A hash (SHA-256) of the header and of the bytes of a box.
    static func hash(_ box: Region, _ source: any ByteSource) throws(TensorFileError) -> String
}

/// What the header of an array says.
public struct ArrayHeader: Hashable, Sendable {
    /// Of the whole array once it is read.
    public let type: TensorType
    /// How its numbers are stored.
    public let form: ArrayForm
    /// Whether a box is read without reading what lies around it.
    public let readsBoxes: Bool
    /// Bytes of memory that reading takes, beside what is read into: of the whole where boxes are not read alone.
    public let scratchBytes: Int
    /// One line for the user, such as that transparency is ignored.
    public let note: String?

    /// What a header says; by default that of an array of which boxes are read alone.
    public init(
        _ type: TensorType, form: ArrayForm = .array(white: nil), readsBoxes: Bool = true, scratchBytes: Int = 0,
        note: String? = nil
    ) {
        self.type = type
        self.form = form
        self.readsBoxes = readsBoxes
        self.scratchBytes = scratchBytes
        self.note = note
    }
}

extension ArrayFormat {
    public static var suffixes: [String] { [] }

    public static func look(
        _ box: Region, of dataSet: String?, _ source: any ByteSource
    ) throws(TensorFileError) -> ValueScan? {
        let type = TensorType(Shape(box.extents), try header(source, dataSet: dataSet).type.element)
        var scan = ValueScan()
        let rows = Slabs(box, floats: type.element.floats)
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(rows.largest, 1))
        let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(rows.largest, 1))
        defer {
            memory.deallocate()
            copy.deallocate()
        }
        for slab in rows.boxes {
            let count = slab.count * type.element.floats
            let own = UnsafeMutableBufferPointer(rebasing: memory[..<count])
            try read(slab, of: dataSet, source, into: own)
            scan.add(UnsafeRawBufferPointer(own), of: .float32, bigEndian: 1.bigEndian == 1, by: copy)
        }
        if let fault = scan.fault(of: type, from: box.ranges.map(\.lowerBound)) {
            throw .values(path: source.path, tensor: dataSet, fault: fault)
        }
        return scan
    }
}

/// A box cut along its first axis into pieces of about a million numbers, in order.
private struct Slabs {
    let boxes: [Region]
    /// Floats of the largest.
    let largest: Int

    init(_ box: Region, floats: Int) {
        guard let first = box.ranges.first, !box.isEmpty else {
            boxes = box.isEmpty ? [] : [box]
            largest = box.count * floats
            return
        }
        let row = box.count / first.count
        let step = max(1, (1 << 20) / max(row * floats, 1))
        boxes = stride(from: first.lowerBound, to: first.upperBound, by: step).map { start in
            Region([start..<min(start + step, first.upperBound)] + box.ranges.dropFirst())
        }
        largest = min(step, first.count) * row * floats
    }
}

/// The formats that a program knows.
public struct ArrayFormats: Sendable {
    /// Bytes by which formats are told apart.
    public static let headBytes = 512

    /// PNG and NPY.
    public static let standard = ArrayFormats([PNG.self, NPY.self])

    private var formats: [any ArrayFormat.Type]

    private init(_ formats: [any ArrayFormat.Type]) {
        self.formats = formats
    }

    /// Adds a format, which is asked after those that are there.
    public mutating func add(_ format: any ArrayFormat.Type) {
        formats.append(format)
    }

    /// The format of a file, by its first bytes, whatever its name, or where none knows those by its name.
    ///
    /// - Parameter name: What it is called where it comes from.
    /// - Throws: ``TensorFileError`` where it is of none, or cannot be read.
    func format(of source: any ByteSource, named name: String) throws(TensorFileError) -> any ArrayFormat.Type {
        guard source.count > 0 else { throw .empty(path: source.path) }
        let head = try source.bytes(0..<min(ArrayFormats.headBytes, source.count))
        if let known = formats.first(where: { $0.recognises(head) }) { return known }
        let name = name.lowercased()
        if let named = formats.first(where: { $0.suffixes.contains { name.hasSuffix(".\($0.lowercased())") } }) {
            return named
        }
        throw .noFormat(path: source.path, known: names)
    }

    /// Their names, for messages.
    package var names: [String] { formats.map { $0.name } }
}
