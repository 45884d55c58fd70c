import Foundation
import GraphModel
import Testing

@Suite("JSON for scripts")
struct JSONTextTests {
    private struct Line: Encodable {
        let number: Double
        let numbers: [Float]
        let named: [String: Float]
        let text: String
        let missing: Double?
    }

    @Test("has null where it lacks a number, at any depth, and nowhere else", arguments: [false, true])
    func null(isPretty: Bool) throws {
        let line = Line(
            number: .nan, numbers: [1.5, .infinity, -.infinity], named: ["psnr": .nan, "residual": 0.25],
            text: "nan inf",
            missing: nil)
        let text = try JSONText.encode(line, isPretty: isPretty)
        let plain = text.filter { !$0.isWhitespace }
        #expect(
            plain
                == #"{"named":{"psnr":null,"residual":0.25},"number":null,"numbers":[1.5,null,null],"text":"naninf"}"#)
        #expect(text.contains("\n") == isPretty)
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    }
}
