public import Tensors
public struct Network: Hashable, Sendable {
    public var name: String { "" }
    public var imageChannels: Int { 3 }
    public var stride: Int { 2 }
    public var reach: Reach { Reach(stride: 2, before: 25, after: 25) }
    public func floatingPointOperations(height: Int, width: Int) -> Double { 0 }
    public func scratchBytes(height: Int, width: Int) -> Int { 0 }
    public static func recognise(_ shapes: [String: Shape]) throws -> Network { Network() }
}
