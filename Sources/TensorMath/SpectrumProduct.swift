internal import CLoops

/// Products of interleaved complex numbers, in place.
package enum SpectrumProduct {
    /// `x_i ← x_i h_i`, `count` complex numbers each.
    package static func multiply(_ x: UnsafeMutablePointer<Float>, by h: UnsafePointer<Float>, count: Int) {
        loops_multiply_complex(x, h, count)
    }

    /// `x_i ← x_i conj(h_i)`, `count` complex numbers each.
    package static func multiply(_ x: UnsafeMutablePointer<Float>, byConjugate h: UnsafePointer<Float>, count: Int) {
        loops_multiply_conjugate(x, h, count)
    }

    /// `x_i ← x_i h_i` for `count` complex numbers `x_i` and real numbers `h_i`.
    package static func multiply(_ x: UnsafeMutablePointer<Float>, byReal h: UnsafePointer<Float>, count: Int) {
        loops_multiply_real(x, h, count)
    }
}
