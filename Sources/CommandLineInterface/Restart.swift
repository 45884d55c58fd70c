internal import Foundation
internal import TensorMath

/// Starts the program again where a library needs to be told something before it is loaded.
enum Restart {
    /// Has OpenBLAS run the kernels that this processor is made for: where it chose far slower ones, the program starts
    /// once more with `OPENBLAS_CORETYPE` set. That costs about 10 ms, and happens once, as the variable is set then.
    static func mendOpenBLAS() {
        #if arch(x86_64) && os(Linux)
            let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            let core = BLASCore.mend(
                core: Libraries.openBLASCore, features: BLASCore.features(cpuInfo: text),
                environment: ProcessInfo.processInfo.environment)
            guard let core else { return }
            let reason = start(setting: BLASCore.variable, to: core)
            Terminal.warning(
                "OpenBLAS takes this processor for a \(Libraries.openBLASCore), and starting anew with "
                    + "\(BLASCore.variable)=\(core) failed (\(reason)); set it yourself to be several times faster")
        #endif
    }

    /// Replaces this process by the same program with the same arguments and one more variable.
    ///
    /// - Returns: Why it did not, in the system's words; otherwise never.
    private static func start(setting variable: String, to value: String) -> String {
        // By its path, since a program started as /proc/self/exe is listed as 'exe'.
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return "the program's file is not known"
        }
        setenv(variable, value, 1)
        execv(path, CommandLine.unsafeArgv)
        let reason = String(cString: strerror(errno))
        unsetenv(variable)
        return reason
    }
}
