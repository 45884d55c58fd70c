import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Tree sum")
struct TreeSumTests {
    @Test("adds level by level, to the bit", arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 33])
    func levels(count: Int) {
        let terms = (0..<count).map { Tensor.random([2, 1031], seed: UInt64($0)) }
        var level = terms.map(\.values)
        while level.count > 1 {
            let pairs = stride(from: 0, to: level.count - 1, by: 2).map { first in
                zip(level[first], level[first + 1]).map { $0 + $1 }
            }
            level = pairs + (level.count % 2 == 1 ? [level[level.count - 1]] : [])
        }
        let sum = Tensor(terms[0].type) { output in withViews(terms) { TreeSum.sum($0, into: output) } }
        #expect(sum == Tensor([2, 1031], level[0]))
    }

    @Test("may overwrite its first term")
    func inPlace() {
        let terms = (0..<5).map { Tensor.random([3000], seed: UInt64($0)) }
        let expected = Tensor(terms[0].type) { output in withViews(terms) { TreeSum.sum($0, into: output) } }
        let found = Tensor(terms[0].type) { output in
            withViews(terms) {
                output.copy(from: $0[0])
                TreeSum.sum([output.readOnly] + Array($0.dropFirst()), into: output)
            }
        }
        #expect(found == expected)
    }
}
