// swift-tools-version: 6.2
import PackageDescription

/// The same strict settings for every Swift target.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    + (Context.environment["GRAPHRUN_STRICT"] == nil
        // As our tests are built: every plan is looked at, see `PlanCheck`.
        ? [] : [.treatAllWarnings(as: .error), .define("CHECKED_PLANS")])

/// A library module of ours, in `Sources/NAME`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module, in `Tests/NAMETests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies,
        resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "graphrun",
    products: [
        .executable(name: "graphrun", targets: ["graphrun"]),
        .executable(name: "graphs", targets: ["graphs"]),
        .executable(name: "bare-loop", targets: ["bare-loop"]),
        // For packages that declare graphs, add kinds and operators, and run them from Swift.
        .library(
            name: "Graphrun",
            targets: [
                "Tensors", "Networks", "TensorMath", "TensorFiles", "Imaging", "GraphModel", "Kernels", "Algorithms",
                "Runtime",
            ]),
        // For programs with all the commands of graphrun.
        .library(name: "GraphrunProgram", targets: ["CommandLineInterface"]),
        // For their tests.
        .library(name: "KernelTesting", targets: ["KernelTesting"]),
    ],
    dependencies: [
        // Options, help texts and shell completions of the command line.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C libraries, each imported by one module; the benchmark also calls FFTW and ZeroMQ, to hold that module against them.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .target(name: "CDNNL", linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CLoops"),
        // What comes before the libraries of a program.
        .target(name: "CStart"),
        // The weights that the program comes with.
        .target(
            name: "CWeights", exclude: ["README.md", "graphrun-color.safetensors", "graphrun-gray.safetensors"]),

        // Numbers and files.
        module("Tensors"),
        module("Networks", ["Tensors"]),
        module("TensorMath", ["Tensors", "Networks", "COpenBLAS", "CFFTW", "CDNNL", "CLoops"]),
        module("TensorFiles", ["Tensors", "CPNG", "CSodium", "CWeights"]),
        module("Imaging", ["Tensors", "Networks", "TensorMath", "TensorFiles"]),

        // Graph, plan, run.
        module("GraphModel", ["Tensors", "Networks"]),
        module("Scheduling", ["Tensors", "Networks", "GraphModel"]),
        module("Kernels", ["Tensors", "Networks", "TensorFiles", "TensorMath", "Imaging", "GraphModel"]),
        module("Algorithms", ["Tensors", "GraphModel", "Kernels"]),
        module(
            "KernelTesting",
            ["Tensors", "Networks", "TensorMath", "TensorFiles", "Imaging", "GraphModel", "Kernels"]),
        module("Messaging", ["Tensors", "CZeroMQ"]),
        module(
            "Runtime",
            [
                "Tensors", "Networks", "TensorFiles", "TensorMath", "Imaging", "GraphModel", "Scheduling", "Kernels",
                "Messaging",
            ]),

        // Workers as programs, here and on other hosts.
        module(
            "Launching",
            ["Tensors", "Networks", "TensorFiles", "GraphModel", "Scheduling", "Messaging", "Runtime"]),

        // What a user types and looks at.
        module("Pictures", ["Tensors", "CCairo"]),
        module(
            "CommandLineInterface",
            [
                "Tensors", "Networks", "TensorFiles", "TensorMath", "Imaging", "GraphModel", "Scheduling", "Kernels",
                "Messaging", "Runtime", "Launching", "Pictures", "CStart",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // The package manager builds a program anew where a module has changed that it names here: the catalog is made by it.
        .executableTarget(
            name: "graphrun", dependencies: ["CommandLineInterface", "GraphModel", "Kernels"], swiftSettings: strict),
        .executableTarget(
            name: "graphs", dependencies: ["CommandLineInterface", "Algorithms", "GraphModel", "Kernels", "Tensors"],
            path: "Graphs",
            exclude: ["data", "pictures", "pnp.graph", "denoise.graph", "pnp-custom.graph"],
            swiftSettings: strict),
        // The same convolutions in a plain loop in C, for Tools/bench to hold the denoiser against.
        .executableTarget(
            name: "bare-loop", path: "Tools/BareLoop",
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("m")]),
        .target(name: "Phantoms", dependencies: ["Tensors"], path: "Tools/Phantoms", swiftSettings: strict),
        .executableTarget(
            name: "phantom", dependencies: ["Phantoms", "TensorFiles"], path: "Tools/phantom",
            swiftSettings: strict),
        // What Tools/bench runs. The made-up networks of the tests serve it, too.
        .target(
            name: "Benchmarks",
            dependencies: [
                "Tensors", "Networks", "TensorMath", "TensorFiles", "Imaging", "GraphModel", "Scheduling", "Kernels",
                "Messaging", "Runtime", "Phantoms", "TestSupport", "CFFTW", "CZeroMQ",
            ], path: "Tools/Benchmarks", swiftSettings: strict),
        .executableTarget(
            name: "benchmark",
            dependencies: [
                "Benchmarks", "TensorFiles", "TensorMath",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tools/benchmark", swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Tensors", "TensorFiles", "GraphModel", "Kernels"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("Tensors"),
        tests("Networks", ["Tensors"]),
        tests("TensorMath", ["Tensors", "Networks"]),
        tests("TensorFiles", ["Tensors", "Phantoms"]),
        tests(
            "Imaging", ["Tensors", "Networks", "TensorMath", "TensorFiles", "GraphModel", "Kernels"],
            resources: [.copy("Fixtures")]),
        tests("GraphModel", ["Tensors", "Networks", "Imaging", "Kernels"]),
        tests("Algorithms", ["Tensors", "TensorFiles", "Imaging", "GraphModel", "Scheduling", "Kernels", "Runtime"]),
        tests("Scheduling", ["Tensors", "Networks", "GraphModel", "Kernels"]),
        tests("Messaging", ["Tensors"]),
        tests("Kernels", ["Tensors", "Networks", "TensorFiles", "GraphModel", "Imaging", "Runtime", "KernelTesting"]),
        tests(
            "Runtime",
            [
                "Tensors", "Networks", "TensorFiles", "TensorMath", "Imaging", "GraphModel", "Scheduling", "Kernels",
                "Messaging",
            ]),
        tests("Pictures", ["Tensors", "TensorFiles"]),
        tests(
            "CommandLineInterface", ["Tensors", "TensorFiles", "GraphModel", "Kernels", "Messaging", "Runtime"]),
        tests("Benchmarks"),
    ],
    swiftLanguageModes: [.v6]
)
