internal import TestSupport

/// Bytes made from good ones as a fuzzer makes them: some overwritten, inserted, removed, repeated, or cut off.
func mutated(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...result.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where place < result.count:
            result[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where place < result.count:
            result[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2:
            result.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 3 where place < result.count:
            result.remove(at: place)
        case 4:
            result.removeSubrange(place...)
        default:
            // Characters that mean something in the headers.
            let words = [
                "{", "}", "[", "]", "(", ")", ",", ":", "'", "\"", "-", "0", "99999999999999999999", "\\", "L",
            ]
            result.insert(contentsOf: Array((words.randomElement(using: &random) ?? "").utf8), at: place)
        }
    }
    return result
}
