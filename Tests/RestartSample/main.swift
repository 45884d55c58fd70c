// Restarts itself once with the variable and value of its first two arguments, then prints its arguments and the core
// that OpenBLAS runs: the sample program of RestartTests.
internal import CommandLineInterface
internal import Foundation
internal import TensorMath

let arguments = CommandLine.arguments
if ProcessInfo.processInfo.environment[arguments[1]] == nil {
    print("failed:", Restart.start(setting: arguments[1], to: arguments[2]))
}
print(arguments.dropFirst().joined(separator: "|"))
print(Libraries.openBLASCore)
