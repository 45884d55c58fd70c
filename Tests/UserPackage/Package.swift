// swift-tools-version: 6.2
import PackageDescription

// A package as a user of graphrun writes it: an operator, a denoiser, a rewrite and an algorithm of its own, a program with
// all the commands of graphrun for them, and their tests. Tools/test builds and runs it.
let package = Package(
    name: "my-imaging",
    dependencies: [.package(name: "graphrun", path: "../..")],
    targets: [
        .target(name: "MyImaging", dependencies: [.product(name: "Graphrun", package: "graphrun")]),
        .executableTarget(
            name: "mygraphs", dependencies: ["MyImaging", .product(name: "GraphrunProgram", package: "graphrun")]),
        .testTarget(
            name: "MyImagingTests", dependencies: ["MyImaging", .product(name: "KernelTesting", package: "graphrun")]),
    ]
)
