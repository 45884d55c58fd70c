import GraphModel
import Kernels
import Tensors
import Testing

@Suite("Expansion")
struct ExpansionTests {
    /// Ids of the instances that each input of an instance reads.
    private func inputs(of id: ValueID, in expansion: Expansion) throws -> [[ValueID]] {
        let instance = try #require(expansion[id])
        guard case .compute(_, let inputs, _) = instance.content else { return [] }
        return inputs
    }

    @Test("edges are pointwise, broadcast, gather and neighbour")
    func edges() throws {
        let expansion = try expansion(everything)
        #expect(try inputs(of: "blurred[1]", in: expansion) == [["truth"]])
        #expect(try inputs(of: "y[1]", in: expansion) == [["blurred[1]"]])
        #expect(try inputs(of: "gradients[1]", in: expansion) == [["x"], ["y[1]"]])
        #expect(try inputs(of: "gradient", in: expansion) == [["gradients[0]", "gradients[1]"]])
        #expect(try inputs(of: "x", in: expansion) == [(0..<4).map { ValueID("inner", $0) }])
        #expect(try inputs(of: "z[3]", in: expansion) == [["inner[3]"], ["steps[3]"]])
        #expect(try inputs(of: "exchanged[2]", in: expansion) == [(0..<4).map { ValueID("z", $0) }])
    }

    @Test("a window reads the neighbours that it touches only")
    func neighbours() throws {
        let expansion = try expansion { g in
            let image = g.image()
            let tile = g.sampleTiles(of: image, size: 4)  // 12 × 10 as 3 × 3 tiles, whose windows reach 2 pixels.
            let inner = g.add("inner", Trim(), g.add("windows", Crop(), image, over: tile), over: tile)
            g.output("result", g.add("result", HaloExchange(), inner, over: tile))
        }
        #expect(try inputs(of: "result[0]", in: expansion) == [[0, 1, 3, 4].map { ValueID("inner", $0) }])
        #expect(try inputs(of: "result[4]", in: expansion) == [(0..<9).map { ValueID("inner", $0) }])
    }

    @Test("every instance reads earlier ones only, and is typed and costed")
    func order() throws {
        let expansion = try expansion(everything)
        var earlier: Set<ValueID> = []
        for instance in expansion.instances {
            defer { earlier.insert(instance.id) }
            switch instance.content {
            case .compute(_, let inputs, _):
                #expect(earlier.isSuperset(of: inputs.joined()))
                #expect(instance.cost.operations > 0 || instance.cost.bytes > 0, "\(instance.id)")
            case .state(let initial, let next):
                #expect(earlier.contains(initial) && !earlier.contains(next))
                #expect(expansion[next]?.type == instance.type)
            }
            #expect(instance.type.floatCount > 0)
        }
    }

    @Test("what depends on no state comes before the loop, what only outputs read after it")
    func phases() throws {
        let expansion = try expansion(everything)
        let phases = Dictionary(uniqueKeysWithValues: expansion.instances.map { ($0.id, $0.phase) })
        for id in ["truth", "blurred[0]", "y[1]", "start", "first[0]", "first-inner[3]"] as [ValueID] {
            #expect(phases[id] == .setup)
        }
        for id in ["inner[0]", "x", "gradient", "z[1]", "next[3]", "psnr"] as [ValueID] { #expect(phases[id] == .body) }
        #expect(phases["result"] == .finish)
        #expect(expansion.iterations == 4)
    }

    @Test("a graph without states is computed once, whatever its iterations are")
    func stateless() throws {
        let expansion = try expansion { g in
            g.loop(7)
            let image = g.image()
            g.metric(g.add("psnr", PSNR(), image, g.add("zeros", Zeros(), image)))
            g.output("result", image)
        }
        #expect(expansion.iterations == 0)
        #expect(expansion.instances.allSatisfy { $0.phase == .setup })
    }

    @Test("states over an axis start from one value or from one each, and may take each other's")
    func states() throws {
        let expansion = try expansion { g in
            let a = g.axis("a", count: 3)
            let image = g.image()
            let x = g.state("x", initial: image, over: a)
            let p = g.state("p", initial: g.add("copies", Scale(2.0), image, over: a), over: a)
            g.next(x, p)
            g.next(p, x)
            g.output("result", x)
            g.output("other", p)
        }
        func state(_ id: ValueID) throws -> [ValueID] {
            let instance = try #require(expansion[id])
            guard case .state(let initial, let next) = instance.content else { return [] }
            return [initial, next]
        }
        #expect(try state("x[2]") == ["image", "p[2]"])
        #expect(try state("p[2]") == ["copies[2]", "x[2]"])
        #expect(expansion.output("result")?.map(\.id) == ["x[0]", "x[1]", "x[2]"])
        #expect(expansion.output("nothing")?.count == nil)
    }

    @Test("an axis of one instance is an axis all the same")
    func one() throws {
        let expansion = try expansion { g in
            let copies = g.add("copies", Scale(2.0), g.image(), over: g.axis("a", count: 1))
            g.output("result", g.add("sum", Sum(), copies))
        }
        #expect(expansion.instances.map(\.id) == ["image", "copies[0]", "sum"])
    }

    @Test("a path names the file of each instance")
    func patterns() {
        #expect(instancePath("y{shard}-{shard}.npy", axis: "shard", index: 12) == "y12-12.npy")
        #expect(instancePath("y{shard}.npy", axis: "tile", index: 1) == "y{shard}.npy")
        #expect(instancePath("y{shard}.npy", axis: nil, index: 0) == "y{shard}.npy")
    }
}
