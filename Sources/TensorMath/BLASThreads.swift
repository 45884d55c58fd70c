/// How many threads OpenBLAS starts when it is loaded.
///
/// It is called by one thread at a time here, never by several for one product. Left alone it starts a thread for each
/// processor, each of which takes 128 MiB of addresses, and where a limit leaves no room for them looks for it for ever: the
/// program would not even end. The library reads the variable once, when it is loaded.
package enum BLASThreads {
    /// The variable that tells OpenBLAS how many threads to start.
    package static let variable = "OPENBLAS_NUM_THREADS"

    /// The value to set; `nil` where it is set.
    package static func mend(environment: [String: String]) -> String? {
        environment[variable, default: ""].isEmpty ? "1" : nil
    }
}
