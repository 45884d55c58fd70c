internal import CLoops

/// Products of complex numbers, interleaved, in place.
package enum SpectrumProduct {
    /// `x_i ← x_i h_i`; `h` holds complex numbers, `x` as many.
    package static func multiply(_ x: UnsafeMutablePointer<Float>, by h: UnsafeBufferPointer<Float>) {
        guard let factors = h.baseAddress else { return }
        loops_multiply_complex(x, factors, h.count / 2)
    }

    /// `x_i ← x_i conj(h_i)`; `h` holds complex numbers, `x` as many.
    package static func multiply(_ x: UnsafeMutablePointer<Float>, byConjugate h: UnsafeBufferPointer<Float>) {
        guard let factors = h.baseAddress else { return }
        loops_multiply_conjugate(x, factors, h.count / 2)
    }

    /// `x_i ← x_i h_i`; `h` holds real numbers, `x` as many complex ones.
    package static func multiply(_ x: UnsafeMutablePointer<Float>, byReal h: UnsafeBufferPointer<Float>) {
        guard let factors = h.baseAddress else { return }
        loops_multiply_real(x, factors, h.count)
    }
}
