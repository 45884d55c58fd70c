/// What one pass over the numbers of a file finds: their range, and those that cannot be computed with.
///
/// Numbers come in pieces, so that no array lies in memory for it.
public struct ValueScan: Equatable, Sendable {
    /// Numbers with one fault: how many there are, and the first in the order of the file.
    struct Fault: Equatable {
        var count = 0
        var position = 0
        var value = ""
    }

    /// Beyond these, a value is farther from [0, 1] than most noise takes it.
    package static let imageRange: ClosedRange<Float> = -0.5...1.5

    /// Numbers looked at.
    package private(set) var count = 0
    /// The least and greatest of those that are finite; none, where there are none.
    package var range: ClosedRange<Double>? { minimum <= maximum ? minimum...maximum : nil }
    /// Of the finite ones.
    package private(set) var sum = 0.0
    /// How many lie outside of ``imageRange``.
    package private(set) var strays = 0

    private(set) var notFinite = Fault()
    /// Finite in the file, infinite as float32.
    private(set) var tooLarge = Fault()
    /// Whole numbers that float32 rounds.
    private(set) var inexact = Fault()
    /// The largest of those that float32 takes for nothing, or nearly, where there is no other.
    var vanishing: Double? { greatestLost > 0 && max(-minimum, maximum) < ValueScan.least ? greatestLost : nil }

    private var minimum = Double.infinity
    private var maximum = -Double.infinity
    private var greatestLost = 0.0
    private static let least = Double(Float.leastNormalMagnitude)

    /// Nothing looked at yet.
    public init() {}

    /// Takes the next numbers, as they are stored.
    ///
    /// - Parameter memory: where they are read into, with room for them.
    mutating func add(
        _ bytes: UnsafeRawBufferPointer, of element: StoredElement, bigEndian: Bool,
        by memory: UnsafeMutableBufferPointer<Float>
    ) {
        let decoded = UnsafeMutableBufferPointer(rebasing: memory[..<(bytes.count / element.byteCount)])
        element.decode(bytes, bigEndian: bigEndian, into: decoded)
        let floats = UnsafeBufferPointer(decoded)
        let span = KeySpan(floats)
        strays += span.strays
        guard span.isFinite, element.isKept(from: span.least, to: span.greatest) else {
            for index in floats.indices { add(element.number(bytes, index, bigEndian: bigEndian), floats[index]) }
            return
        }
        minimum = min(minimum, Double(span.least))
        maximum = max(maximum, Double(span.greatest))
        for float in floats { sum += Double(float) }
        count += floats.count
    }

    private mutating func add(_ number: StoredNumber, _ float: Float) {
        defer { count += 1 }
        switch number {
        case .real(let value) where !value.isFinite: note(\.notFinite, "\(value)")
        case .real(let value) where !float.isFinite: note(\.tooLarge, "\(value)")
        case .whole(let text, isKept: false): note(\.inexact, text)
        case .real(let value) where abs(value) < ValueScan.least: greatestLost = max(greatestLost, abs(value))
        default: break
        }
        guard float.isFinite else { return }
        minimum = min(minimum, Double(float))
        maximum = max(maximum, Double(float))
        sum += Double(float)
    }

    private mutating func note(_ fault: WritableKeyPath<ValueScan, Fault>, _ value: String) {
        if self[keyPath: fault].count == 0 { self[keyPath: fault] = Fault(position: count, value: value) }
        self[keyPath: fault].count += 1
    }
}

/// A number as it is stored.
private enum StoredNumber {
    case real(Double)
    /// `isKept`: whether float32 holds it exactly.
    case whole(String, isKept: Bool)
}

/// The extent of some floats, by keys that are ordered as they are: a loop that becomes one of vectors.
private struct KeySpan {
    private var lowest = Int32.max
    private var highest = Int32.min
    private(set) var strays = 0

    private static func key(_ bits: Int32) -> Int32 { bits ^ ((bits >> 31) & Int32.max) }
    private static func key(_ float: Float) -> Int32 { key(Int32(bitPattern: float.bitPattern)) }

    init(_ floats: UnsafeBufferPointer<Float>) {
        let (below, above) = (
            KeySpan.key(ValueScan.imageRange.lowerBound), KeySpan.key(ValueScan.imageRange.upperBound)
        )
        var (lowest, highest, strays) = (Int32.max, Int32.min, Int32(0))
        for float in floats {
            let key = KeySpan.key(Int32(bitPattern: float.bitPattern))
            lowest = min(lowest, key)
            highest = max(highest, key)
            strays &+= key < below || key > above ? 1 : 0
        }
        (self.lowest, self.highest, self.strays) = (lowest, highest, Int(strays))
    }

    /// Infinity and NaN have the outermost keys.
    var isFinite: Bool { lowest > KeySpan.key(-Float.infinity) && highest < KeySpan.key(Float.infinity) }
    var least: Float { Float(bitPattern: UInt32(bitPattern: KeySpan.key(lowest))) }
    var greatest: Float { Float(bitPattern: UInt32(bitPattern: KeySpan.key(highest))) }
}

extension StoredElement {
    /// Whether float32 surely holds all numbers of such a range, to rounding or for whole ones exactly.
    fileprivate func isKept(from least: Float, to greatest: Float) -> Bool {
        switch self {
        case .bool, .uint8, .uint16, .int8, .int16, .float16, .bfloat16, .float32: true
        case .uint32, .uint64, .int32, .int64: max(-least, greatest) < 0x1p24
        case .float64: max(-least, greatest) >= .leastNormalMagnitude
        }
    }

    /// Number `index` of those at `bytes`.
    fileprivate func number(_ bytes: UnsafeRawBufferPointer, _ index: Int, bigEndian: Bool) -> StoredNumber {
        func bits<Bits: FixedWidthInteger & BitwiseCopyable>(_ type: Bits.Type) -> Bits {
            let bits = bytes.loadUnaligned(fromByteOffset: index * byteCount, as: type)
            return bigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
        }
        func whole(_ value: some FixedWidthInteger) -> StoredNumber {
            .whole("\(value)", isKept: Float(exactly: value) != nil)
        }
        switch self {
        case .float64: return .real(Double(bitPattern: bits(UInt64.self)))
        case .uint32: return whole(bits(UInt32.self))
        case .int32: return whole(bits(Int32.self))
        case .uint64: return whole(bits(UInt64.self))
        case .int64: return whole(bits(Int64.self))
        case .bool, .uint8, .uint16, .int8, .int16, .float16, .bfloat16, .float32:
            var float: Float = 0
            withUnsafeMutablePointer(to: &float) { pointer in
                decode(
                    UnsafeRawBufferPointer(rebasing: bytes[(index * byteCount)...]), bigEndian: bigEndian,
                    into: UnsafeMutableBufferPointer(start: pointer, count: 1))
            }
            return .real(Double(float))
        }
    }
}
