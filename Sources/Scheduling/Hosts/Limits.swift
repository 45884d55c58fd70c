/// How many of something there may be, wherever that is asked for or told.
package enum Limits {
    /// Workers of a run, or of a host.
    package static let workers = 1...1024
    /// Threads that a worker computes with.
    package static let threads = 1...1024
    /// Processors of a machine that speeds are measured for.
    package static let processors = 1...1024
}
