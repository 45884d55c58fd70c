import GraphModel
import Kernels
import Tensors
import Testing

/// A graph with mistakes, and what its author is told.
struct Mistake: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let messages: [String]
    let build: @Sendable (GraphBuilder) -> Void

    init(_ name: String, _ messages: String..., build: @escaping @Sendable (GraphBuilder) -> Void) {
        testDescription = name
        self.messages = messages
        self.build = build
    }
}

@Suite("Mistakes in the structure of a graph")
struct BuilderMistakeTests {
    static let names: [Mistake] = [
        Mistake("two nodes of one name", "'image' names two nodes; give each its own name") { g in
            let first = g.image()
            g.output("result", g.add("image", Zeros(), first))
        },
        Mistake("an id that is no name", "'a[0]' cannot name a node; use letters, digits, '-' and '_'") { g in
            g.output("result", g.add("a[0]", Load("image.npy")))
        },
        Mistake(
            "an id whose quote carries an accent",
            "'a\"\u{301}' cannot name a node; use letters, digits, '-' and '_'"
        ) { g in g.output("result", g.add("a\"\u{301}", Load("image.npy"))) },
        Mistake(
            "an output that leads out of the run's folder",
            "'../result' cannot name an output; use letters, digits, '-' and '_'"
        ) { g in g.output("../result", g.image()) },
        Mistake("an output given twice", "output 'result' is given twice") { g in
            let image = g.image()
            g.output("result", image)
            g.output("result", image)
        },
        Mistake("no output", "the graph has no output; name what is to be kept with 'output(…)'") { g in
            g.metric(g.add("psnr", PSNR(), g.image(), g.add("zeros", Zeros(), Value(of: "image"))))
        },
        Mistake(
            "results of nothing",
            "output 'result' is 'imag', which is no node of the graph; is 'image' meant?",
            "metric 'psnr' is no node of the graph"
        ) { g in
            g.output("kept", g.image())
            g.output("result", Value(of: "imag"))
            g.metric(Value(of: "psnr"))
        },
        Mistake(
            "a node that nothing uses",
            "nothing uses 'spare'; read it, keep it with 'output(…)', report it with 'metric(…)', or delete it"
        ) { g in
            let image = g.image()
            _ = g.add("spare", Zeros(), image)
            g.output("result", image)
        },
    ]

    static let inputs: [Mistake] = [
        Mistake(
            "an unknown input, nearly right",
            "'zeros' reads 'imgae', which is no node of the graph; is 'image' meant?"
        ) { g in
            g.output("image", g.image())
            g.output("result", g.add("zeros", Zeros(), Value(of: "imgae")))
        },
        Mistake("an unknown input, far off", "'zeros' reads 'y', which is no node of the graph") { g in
            g.output("image", g.image())
            g.output("result", g.add("zeros", Zeros(), Value(of: "y")))
        },
        Mistake(
            "an input that comes later",
            "'zeros' reads 'image', which comes later; a node reads earlier nodes only, or a state"
        ) { g in
            g.output("result", g.add("zeros", Zeros(), Value(of: "image")))
            g.output("image", g.image())
        },
        Mistake("too few inputs", "'psnr' (psnr) has 1 inputs; it needs 2: image, reference") { g in
            let image = g.image()
            g.output("result", image)
            g.metric(g.add("psnr", PSNR(), image))
        },
        Mistake("an input too many", "'image' (load) has 1 inputs; it needs 0") { g in
            let plane = g.add("plane", Load("plane.npy"))
            g.output("plane", plane)
            g.output("result", g.add("image", Load("image.npy"), plane))
        },
    ]

    static let axes: [Mistake] = [
        Mistake(
            "crossing axes",
            "'sum' runs over 'b' but reads 'copies', which runs over 'a'. "
                + "Gather 'copies' first, for example with Sum or Blend."
        ) { g in
            let (a, b) = (g.axis("a", count: 2), g.axis("b", count: 2))
            let copies = g.add("copies", Zeros(), g.image(), over: a)
            g.output("result", g.add("sum", Zeros(), copies, over: b))
        },
        Mistake(
            "an axis that is not gathered",
            "'zeros' has no axis but reads 'copies', which runs over 'a'. "
                + "Gather 'copies' first, for example with Sum or Blend."
        ) { g in
            let copies = g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 2))
            g.output("result", g.add("zeros", Zeros(), copies))
        },
        Mistake(
            "a gather over an axis",
            "'sum' gathers 'copies' and cannot run over 'a' itself; add it without 'over'"
        ) { g in
            let a = g.axis("a", count: 2)
            let copies = g.add("copies", Zeros(), g.image(), over: a)
            g.output("result", g.add("sum", Sum(), copies, over: a))
        },
        Mistake(
            "neighbours of a node without axis",
            "'windows' reads the neighbours of 'image', so both must run over the same axis of tiles"
        ) { g in
            let image = g.image()
            g.output("result", g.add("windows", HaloExchange(), image, over: g.sampleTiles(of: image)))
        },
        Mistake(
            "neighbours over an axis that is none of tiles",
            "'windows[0]': it reads neighbours, so it must run over an axis of tiles"
        ) { g in
            let a = g.axis("a", count: 2)
            let copies = g.add("copies", Zeros(), g.image(), over: a)
            g.output("result", g.add("windows", HaloExchange(), copies, over: a))
        },
        Mistake("an axis twice", "axis 'a' is declared twice; give each its own name") { g in
            _ = g.axis("a", count: 2)
            g.output("result", g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 2)))
        },
        Mistake("no instances", "axis 'a' has 0 instances; it must have 1 to 1000000") { g in
            g.output("result", g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 0)))
        },
        Mistake("more instances than can be", "axis 'a' has 1000001 instances; it must have 1 to 1000000") { g in
            g.output("result", g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 1_000_001)))
        },
        Mistake(
            "tiles of a node over an axis",
            "axis 'tile' cuts 'copies', which runs over 'a'; cut a node that has no axis"
        ) { g in
            let copies = g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 2))
            g.output("copies", copies)
            _ = g.sampleTiles(of: copies)
        },
        Mistake("tiles of nothing", "axis 'tile' cuts 'x', which is no node of the graph") { g in
            g.output("result", g.image())
            _ = g.sampleTiles(of: Value(of: "x"))
        },
        Mistake(
            "tiles before what they cut",
            "'windows' runs over 'tile', the tiles of 'z', which comes later; add it after 'z'"
        ) { g in
            let image = g.image()
            let windows = g.add("windows", Crop(), image, over: g.sampleTiles(of: Value(of: "z")))
            g.output("windows", windows)
            g.output("result", g.add("z", Zeros(), image))
        },
    ]

    static let states: [Mistake] = [
        Mistake("a state that stays", "state 'x' has no next value; give it one with 'next(…)'") { g in
            g.output("result", g.state("x", initial: g.image()))
        },
        Mistake("a next value twice", "state 'x' is given its next value twice") { g in
            let x = g.state("x", initial: g.image())
            let z = g.add("z", Scale(2.0), x)
            g.next(x, z)
            g.next(x, z)
            g.output("result", x)
        },
        Mistake("a next value for no state", "'image' is no state; make it one with 'state(…)'") { g in
            let image = g.image()
            g.next(image, image)
            g.output("result", image)
        },
        Mistake("a next value that is no node", "state 'x' becomes 'z', which is no node of the graph") { g in
            let x = g.state("x", initial: g.image())
            g.next(x, Value(of: "z"))
            g.output("result", x)
        },
        Mistake(
            "axes that differ from one iteration to the next",
            "state 'x' runs over 'a' but its next value 'sum' has no axis; both must agree"
        ) { g in
            let x = g.state("x", initial: g.image(), over: g.axis("a", count: 2))
            g.next(x, g.add("sum", Sum(), x))
            g.output("result", x)
        },
        Mistake(
            "a start over an axis",
            "state 'x' starts from 'copies', which runs over 'a'; let the state run over 'a' too, or gather first"
        ) { g in
            let copies = g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 2))
            let x = g.state("x", initial: copies)
            g.next(x, g.add("z", Scale(2.0), x))
            g.output("result", x)
        },
        Mistake(
            "a start that changes",
            "state 'p' starts from 'z', which depends on a state itself; start from a value that is there before the loop"
        ) { g in
            let x = g.state("x", initial: g.image())
            let z = g.add("z", Scale(2.0), x)
            let p = g.state("p", initial: z)
            g.next(x, g.add("w", Add(), p, z))
            g.next(p, z)
            g.output("result", x)
        },
        Mistake(
            "a state that changes its shape",
            "state 'x' is 1 × 1 × 12 × 10 float32 but becomes 'wide', which is 1 × 1 × 12 × 14 float32; both must agree"
        ) { g in
            let x = g.state("x", initial: g.image())
            g.next(x, g.add("wide", Load("wide.npy")))
            g.output("result", x)
        },
        Mistake(
            "a metric that is an image",
            "metric 'image' is 1 × 1 × 12 × 10 float32; a metric is a single float32 number"
        ) { g in
            let image = g.image()
            g.metric(image)
            g.output("result", image)
        },
    ]

    @Test("are named, each once", arguments: names + inputs + axes + states)
    func each(_ mistake: Mistake) {
        #expect(mistakes(mistake.build) == mistake.messages)
    }

    @Test("five of them are five, in the order of the graph and with their lines")
    func five() {
        let line = #line + 2
        func build(_ g: GraphBuilder) {
            let image = g.add("image", Load("image.npy"))
            let x = g.state("x", initial: image)
            let copies = g.add("copies", Scale(1.0), x, over: g.axis("shard", count: 0))
            g.output("sum", g.add("sum", Sum(), copies, Value(of: "image")))
            g.output("result", Value(of: "imagf"))
            g.output("psnr", g.add("psnr", PSNR(), image, Value(of: "pictures")))
        }
        let place = "GraphModelTests/BuilderMistakeTests.swift"
        do throws(GraphError) {
            _ = try Graph("sample", summary: "", build)
            Issue.record("the graph was accepted")
        } catch {
            #expect(
                error.description == """
                    \(place):\(line + 2): axis 'shard' has 0 instances; it must have 1 to 1000000
                    \(place):\(line + 1): state 'x' has no next value; give it one with 'next(…)'
                    \(place):\(line + 3): 'sum' (sum) has 2 inputs; it needs 1: values
                    \(place):\(line + 5): 'psnr' reads 'pictures', which is no node of the graph
                    output 'result' is 'imagf', which is no node of the graph; is 'image' meant?
                    """)
        }
    }

    @Test("what leads nowhere is named at its ends")
    func unused() {
        let messages = mistakes { g in
            let image = g.image()
            let x = g.state("x", initial: g.add("start", Zeros(), image))
            g.next(x, g.add("z", Scale(2.0), x))
            g.output("result", image)
        }
        #expect(
            messages == [
                "nothing uses 'z'; read it, keep it with 'output(…)', report it with 'metric(…)', or delete it"
            ])
    }
}

extension Value {
    /// A handle to a node that the builder does not know.
    init(of id: String) {
        // A handle comes from a builder only, so a second one makes it.
        var handles: [Value] = []
        _ = try? Graph("handle", summary: "") { g in handles.append(g.add(id, Load(""))) }
        self = handles[0]
    }
}
