public import GraphModel
public import TensorFiles

/// What a program knows: kinds with the kernels that compute them, operators, and rewrites of graphs.
public struct KernelCatalog: Sendable {
    /// The kinds, by the name they have in `.graph` files.
    public private(set) var kinds = KindCatalog()
    /// The rules by which graphs are rewritten, in the order in which they are tried.
    public private(set) var rules: [any RewriteRule] = []
    /// The formats of arrays in files.
    public private(set) var formats = ArrayFormats.standard
    private(set) var operators = OperatorCatalog()
    private var otherProblems: [String] = []
    private var makers: [String: @Sendable (any NodeKind, KernelContext) throws -> any Kernel] = [:]
    private var codes: [String: any Kernel.Type] = [:]
    private var naming: [String: any NamesImplementations.Type] = [:]

    /// A catalog of nothing; ``standard`` holds what graphrun brings along.
    public init() {
        kinds.denoiser = Denoiser.self
    }

    /// Why no program can be made with it, such as two kinds of one name; empty where one can.
    public var problems: [String] { kinds.problems + otherProblems }

    /// Adds an operator. Of two with one name the first stays, and ``problems`` says so.
    public mutating func add(operator type: any Operator.Type) {
        if let problem = operators.add(type) { otherProblems.append(problem) }
        kinds.decoding[.operators] = operators
    }

    /// Adds a format of arrays in files, which is asked after those that are there.
    public mutating func add(format: any ArrayFormat.Type) {
        formats.add(format)
    }

    /// Adds a rule, which is tried after those that are there.
    public mutating func add(rule: any RewriteRule) {
        rules.append(rule)
    }

    /// Adds a kernel and with it the kind that it computes. Of two kinds with one name the first stays, and ``problems`` says
    /// so.
    public mutating func add<Code: Kernel>(_ kernel: Code.Type) {
        kinds.add(Code.Kind.self)
        guard kinds[Code.Kind.name] == Code.Kind.self else { return }
        guard codes[Code.Kind.name] == nil || codes[Code.Kind.name] == Code.self else {
            otherProblems.append("the kind '\(Code.Kind.name)' has two kernels; keep one of them")
            return
        }
        codes[Code.Kind.name] = Code.self
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
