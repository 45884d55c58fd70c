public import GraphModel

/// The kinds that a program knows and the kernels that compute them on a processor.
public struct KernelCatalog: Sendable {
    /// The kinds, by the name they have in `.graph` files.
    public private(set) var kinds = KindCatalog()
    private var makers: [String: @Sendable (any NodeKind, KernelContext) throws -> any Kernel] = [:]
    private var naming: [String: any NamesImplementations.Type] = [:]

    /// A catalog of nothing; ``standard`` holds what graphrun brings along.
    public init() {}

    /// Adds a kernel and with it the kind that it computes.
    public mutating func add<Code: Kernel>(_ kernel: Code.Type) {
        kinds.add(Code.Kind.self)
        makers[Code.Kind.name] = { kind, context in
            guard let kind = kind as? Code.Kind else { throw KernelError.noKernel(type(of: kind).name) }
            return try Code(kind, context)
        }
        naming[Code.Kind.name] = Code.self as? any NamesImplementations.Type
    }

    /// A kernel for one instance.
    ///
    /// - Throws: ``KernelError/noKernel(_:)``, or what the kernel throws when it is made.
    package func makeKernel(_ kind: any NodeKind, _ context: KernelContext) throws -> any Kernel {
        guard let maker = makers[type(of: kind).name] else { throw KernelError.noKernel(type(of: kind).name) }
        return try maker(kind, context)
    }

    /// Notes in `context.shared` by which implementations of a library a kernel would run, where it has a choice.
    ///
    /// - Throws: what would keep the kernel from running.
    package func noteImplementations(_ kind: any NodeKind, _ context: KernelContext) throws {
        guard let kernel = naming[type(of: kind).name] else { return }
        func note<Code: NamesImplementations>(_ kernel: Code.Type) throws {
            guard let kind = kind as? Code.Kind else { return }
            try kernel.noteImplementations(kind, context)
        }
        try note(kernel)
    }
}

/// Why a kernel cannot run.
public enum KernelError: Error, Equatable, CustomStringConvertible {
    case noKernel(String)
    case file(String)
    /// An input that the kernel has no result for.
    case value(String)

    public var description: String {
        switch self {
        case .noKernel(let kind):
            "this program has no kernel for the kind '\(kind)'; run the program that defines it"
        case .file(let message), .value(let message): message
        }
    }
}
