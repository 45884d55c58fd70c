import GraphModel
import Testing

@Suite("Names")
struct NameTests {
    @Test(
        "a name is suggested for a letter wrong in three",
        arguments: [
            ("imgae", "image", 1), ("image", "image", 0), ("imag", "image", 1), ("immage", "image", 1),
            ("omage", "image", 1), ("", "abc", 3), ("abc", "", 3), ("ca", "abc", 3), ("kitten", "sitting", 3),
        ])
    func distance(_ left: String, _ right: String, _ letters: Int) {
        #expect(left.editDistance(to: right) == letters)
        #expect(right.editDistance(to: left) == letters)
    }
}
