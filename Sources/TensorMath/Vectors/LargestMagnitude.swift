internal import CLoops

/// The largest `|x_i|`; NaN where one is, 0 of no values.
///
/// The bits of magnitudes are ordered as the magnitudes are, NaN above all: the order of values does not matter.
package func largestMagnitude(_ values: UnsafeBufferPointer<Float>) -> Float {
    guard let first = values.baseAddress else { return 0 }
    return Float(bitPattern: loops_largest_magnitude(first, values.count))
}
