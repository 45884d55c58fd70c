internal import GraphModel
internal import Tensors

/// Short forms, since a plan has many of them: a step is `["send", 3, [64, 12]]`.
extension Step: Codable where Place == Buffer {
    private enum Name: String, Codable {
        case receive, compute, pack, send, awaitSent, grantCredit, copy, report, keep
    }

    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        switch self {
        case .receive(let transfer):
            try list.encode(Name.receive)
            try list.encode(transfer)
        case .compute(let instance, let inputs, let output):
            try list.encode(Name.compute)
            try list.encode(instance)
            try list.encode(inputs)
            try list.encode(output)
        case .pack(let transfer, let source, let target):
            try list.encode(Name.pack)
            try list.encode(transfer)
            try list.encode(source)
            try list.encode(target)
        case .send(let transfer, let source):
            try list.encode(Name.send)
            try list.encode(transfer)
            try list.encode(source)
        case .awaitSent(let transfer, let source):
            try list.encode(Name.awaitSent)
            try list.encode(transfer)
            try list.encode(source)
        case .grantCredit(let transfer):
            try list.encode(Name.grantCredit)
            try list.encode(transfer)
        case .copy(let source, let target):
            try list.encode(Name.copy)
            try list.encode(source)
            try list.encode(target)
        case .report(let instance, let source):
            try list.encode(Name.report)
            try list.encode(instance)
            try list.encode(source)
        case .keep(let instance, let source):
            try list.encode(Name.keep)
            try list.encode(instance)
            try list.encode(source)
        }
    }

    public init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        switch try list.decode(Name.self) {
        case .receive: self = .receive(try list.decode(TransferID.self))
        case .compute:
            self = .compute(
                try list.decode(ValueID.self), inputs: try list.decode([[Buffer]].self),
                output: try list.decode(Buffer.self))
        case .pack:
            self = .pack(
                try list.decode(TransferID.self), source: try list.decode(Buffer.self),
                target: try list.decode(Buffer.self))
        case .send: self = .send(try list.decode(TransferID.self), source: try list.decode(Buffer.self))
        case .awaitSent: self = .awaitSent(try list.decode(TransferID.self), source: try list.decode(Buffer.self))
        case .grantCredit: self = .grantCredit(try list.decode(TransferID.self))
        case .copy: self = .copy(source: try list.decode(Buffer.self), target: try list.decode(Buffer.self))
        case .report: self = .report(try list.decode(ValueID.self), source: try list.decode(Buffer.self))
        case .keep: self = .keep(try list.decode(ValueID.self), source: try list.decode(Buffer.self))
        }
    }
}

extension TransferID: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Int.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

extension BufferRange: Codable {
    public init(from decoder: any Decoder) throws {
        let buffer = try Buffer(from: decoder)
        self = buffer.range
    }

    public func encode(to encoder: any Encoder) throws { try Buffer(self).encode(to: encoder) }
}

/// `[offset, count]`, and of a box the bounds of its ranges.
extension Buffer: Codable {
    public init(from decoder: any Decoder) throws {
        let numbers = try decoder.singleValueContainer().decode([Int].self)
        let bounds = Array(numbers.dropFirst(2))
        guard numbers.count >= 2, bounds.count.isMultiple(of: 2) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(numbers) is no buffer"))
        }
        var ranges: [Range<Int>] = []
        for axis in stride(from: 0, to: bounds.count, by: 2) {
            guard bounds[axis] <= bounds[axis + 1] else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(bounds) is no box"))
            }
            ranges.append(bounds[axis]..<bounds[axis + 1])
        }
        self.init(
            BufferRange(offset: numbers[0], count: numbers[1]), box: bounds.isEmpty ? nil : Region(ranges))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let bounds = box.map { $0.ranges.flatMap { [$0.lowerBound, $0.upperBound] } } ?? []
        try container.encode([range.offset, range.count] + bounds)
    }
}
