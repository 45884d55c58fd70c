public import Tensors

/// Largest absolute difference of two tensors of one type; infinite where types differ or a value is not a number.
public func maxDifference(_ left: Tensor, _ right: Tensor) -> Float {
    guard left.type == right.type else { return .infinity }
    return zip(left.values, right.values).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}

/// Largest absolute difference over the largest absolute entry of `reference`: the measure of the goldens' tolerances.
public func relativeDifference(_ value: Tensor, reference: Tensor) -> Float {
    let scale = reference.values.reduce(0) { max($0, abs($1)) }
    return maxDifference(value, reference) / max(scale, .leastNormalMagnitude)
}
