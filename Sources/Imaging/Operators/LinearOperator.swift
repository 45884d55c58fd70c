public import Tensors

/// A linear map `A` that is known by `AᵀA` alone: all that norms and conjugate gradients ask for.
///
/// Scratch memory lives inside, so an instance serves one thread; each worker makes its own.
public protocol NormalOperator: AnyObject {
    /// The images it takes.
    var domain: TensorType { get }

    /// Writes `AᵀA x`; `x` and `z` are of type `domain` and share no memory.
    func normal(_ x: TensorView, into z: MutableTensorView)
}

/// A linear map `A` between images and measurements.
///
/// Nothing is allocated by a call, once the instance is made. Callers pass views of exactly the types named.
public protocol LinearOperator: NormalOperator {
    /// The measurements it yields.
    var range: TensorType { get }

    /// Writes `A x`; `x` is of type `domain`, `y` of type `range`. They share no memory.
    func apply(_ x: TensorView, into y: MutableTensorView)

    /// Writes `Aᵀ y` (`Aᴴ y` where values are complex), exact to rounding: `⟨A x, y⟩ = ⟨x, Aᵀ y⟩`.
    func adjoint(_ y: TensorView, into x: MutableTensorView)
}

extension NormalOperator {
    /// `AᵀA x`, in new memory.
    package func normal(_ x: Tensor) -> Tensor {
        Tensor.made(domain) { z in x.withView { normal($0, into: z) } }
    }
}

extension LinearOperator {
    /// `A x`, in new memory.
    package func apply(_ x: Tensor) -> Tensor {
        Tensor.made(range) { y in x.withView { apply($0, into: y) } }
    }

    /// `Aᵀ y`, in new memory.
    package func adjoint(_ y: Tensor) -> Tensor {
        Tensor.made(domain) { x in y.withView { adjoint($0, into: x) } }
    }

    /// `A Aᵀ y`, in new memory.
    package func adjointNormal(_ y: Tensor) -> Tensor {
        apply(adjoint(y))
    }
}

extension Tensor {
    /// A new tensor that `write` fills.
    static func made(_ type: TensorType, _ write: (MutableTensorView) -> Void) -> Tensor {
        var tensor = Tensor(type)
        tensor.withMutableView(write)
        return tensor
    }
}
