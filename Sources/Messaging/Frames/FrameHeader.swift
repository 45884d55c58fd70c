package import Tensors

/// What stands before every payload on the wire: 64 bytes, little-endian, and 8 for each extent of a value.
///
/// | bytes | |
/// |---|---|
/// | 0 | `GRUN` |
/// | 4 | version of this form |
/// | 6 | sort: 1 control, 2 value, 3 release, 4 file, 5 probe |
/// | 7 | element: 0 none, 1 float32, 2 complex64 |
/// | 8 | run |
/// | 16 | epoch of the plan |
/// | 20 | number of the transfer, of the request for a file, or of the probe |
/// | 24 | mark of the value, 32 bits that follow from its id |
/// | 28 | iteration |
/// | 32 | bytes of the value or file before this payload |
/// | 40 | bytes of the value or file |
/// | 48 | bytes of this payload |
/// | 56 | extents that follow |
/// | 60 | 0 |
package struct FrameHeader: Hashable, Sendable {
    package enum Sort: UInt8, Sendable, CaseIterable {
        /// A text for coordinator or worker.
        case control = 1
        /// A value, or a part of one.
        case value = 2
        /// The receiver of a value is done with it.
        case credit = 3
        /// A part of a file.
        case file = 4
        /// Any bytes, which come back as none: how far it is to a worker, and how wide the way.
        case probe = 5
    }

    /// Version of the form that this program speaks.
    package static let version: UInt16 = 2
    /// The largest payload: longer values travel in several, as large messages cost more a byte.
    package static let largestPayload = 16 << 20
    package var sort: Sort
    /// Of a value; `nil` for what carries none.
    package var type: TensorType?
    package var run: UInt64
    package var epoch: UInt32
    package var transfer: UInt32
    package var mark: UInt32
    package var iteration: UInt32
    /// Bytes of the value before this payload.
    package var offset: Int
    /// Bytes of the value.
    package var total: Int
    /// Bytes of this payload.
    package var length: Int

    package init(
        _ sort: Sort, run: UInt64, epoch: UInt32 = 0, transfer: UInt32 = 0, mark: UInt32 = 0,
        iteration: UInt32 = 0, type: TensorType? = nil, offset: Int = 0, total: Int = 0, length: Int = 0
    ) {
        self.sort = sort
        self.run = run
        self.epoch = epoch
        self.transfer = transfer
        self.mark = mark
        self.iteration = iteration
        self.type = type
        self.offset = offset
        self.total = total
        self.length = length
    }
}

/// Why bytes are no header.
package enum FrameError: Error, Equatable, CustomStringConvertible {
    case length(Int)
    case mark
    case version(UInt16)
    case field(String)

    package var description: String {
        switch self {
        case .length(let count): "a message of \(count) bytes has no whole header"
        case .mark: "a message that is none of graphrun's"
        case .version(let version):
            "a message of version \(version); this program speaks version \(FrameHeader.version), so use the same "
                + "program everywhere"
        case .field(let name): "a message whose \(name) makes no sense"
        }
    }
}
