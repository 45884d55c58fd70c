import Foundation
import GraphModel
import TestSupport
import Testing

@Suite("Ids of values")
struct ValueIDTests {
    static let all: [(ValueID, String)] = [
        (ValueID("x"), "x"), (ValueID("denoised", 3), "denoised[3]"), (ValueID("denoised", 0), "denoised[0]"),
        (ValueID("gradient", terms: 0...3), "gradient[0-3]"), (ValueID("parts", 2, terms: 4...4), "parts[2][4-4]"),
        (ValueID("naïve-2_x", 12), "naïve-2_x[12]"),
    ]

    @Test("read the same in every text, and are read from it", arguments: all)
    func text(_ id: ValueID, _ text: String) throws {
        #expect(id.description == text)
        #expect(ValueID(text) == id)
        let coded = try JSONEncoder().encode([id: id])
        #expect(String(decoding: coded, as: UTF8.self) == #"{"\#(text)":"\#(text)"}"#)
        #expect(try JSONDecoder().decode([ValueID: ValueID].self, from: coded) == [id: id])
    }

    @Test(
        "are not what is none",
        arguments: [
            "", "[3]", "x[", "x[3", "x]3[", "x[-1]", "x[a]", "x[3]y", "x[3][4]", "x[3-1]", "x[1-2][3]", "x[0-1][0-1]",
            "x[1-2-3]", "x[03]", "x[+3]", "x[00-1]", "x[1][2][3-4]", "x[99999999999999999999]", "x[]", "x[-]",
        ])
    func bad(_ text: String) throws {
        #expect(ValueID(text) == nil)
        let coded = try JSONEncoder().encode(text)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ValueID.self, from: coded) }
    }

    @Test("have marks that follow from them alone, and tell those of a graph apart")
    func marks() throws {
        // FNV-1a of "a" and "foobar" (RFC 9923, appendix C).
        #expect(ValueID("a").mark == 0xe40c_292c && ValueID("foobar").mark == 0xbf9c_f968)
        let ids = try (1...20 as ClosedRange<UInt64>).flatMap { try randomGraph($0).instances.map(\.id) }
        #expect(Set(Set(ids).map(\.mark)).count == Set(ids).count)
    }

    @Test(
        "name the instances of an expansion, and a part of a sum nothing of its node",
        arguments: 1...6 as ClosedRange<UInt64>)
    func instances(seed: UInt64) throws {
        let expansion = try randomGraph(seed)
        #expect(Set(expansion.instances.map(\.id)).count == expansion.instances.count)
        for instance in expansion.instances { #expect(expansion[instance.id]?.id == instance.id) }
        let homes = expansion.instances.indices.map { $0 % 3 }
        let (parted, places) = expansion.withPartialSums(homes)
        #expect(parted.instances.count == places.count)
        for node in expansion.graph.nodes {
            #expect(parted.instances(of: node.id).map(\.id) == expansion.instances(of: node.id).map(\.id))
        }
        // What was there before is called the same, wherever it stands now.
        for (instance, home) in zip(expansion.instances, homes) {
            #expect(places[try #require(parted.position(of: instance.id))] == home)
        }
    }
}
