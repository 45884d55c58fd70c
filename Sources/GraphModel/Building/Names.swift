extension String {
    /// Whether it can be part of an id, of a line of text and of the name of a file.
    var isPlainName: Bool {
        !isEmpty && utf8.count <= 100
            && unicodeScalars.allSatisfy { scalar in
                scalar == "-" || scalar == "_" || scalar.properties.isAlphabetic
                    || scalar.properties.numericType != nil
            }
    }

    /// Letters to insert, delete, replace or swap with their neighbour to turn one text into the other (Damerau 1964,
    /// no letter touched twice).
    package func editDistance(to other: String) -> Int {
        let source = Array(self)
        let target = Array(other)
        var beforeLast: [Int] = []
        var last = Array(0...target.count)
        for i in source.indices {
            var row = [i + 1]
            for j in target.indices {
                var least = Swift.min(last[j + 1], row[j]) + 1
                least = Swift.min(least, last[j] + (source[i] == target[j] ? 0 : 1))
                if i > 0, j > 0, source[i] == target[j - 1], source[i - 1] == target[j] {
                    least = Swift.min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            (beforeLast, last) = (last, row)
        }
        return last[target.count]
    }
}
