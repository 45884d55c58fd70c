internal import Testing

/// Everything here runs real programs, one at a time: they have threads of their own. The time limit is only there to end
/// what would never end.
@Suite("The command line", .serialized, .timeLimit(.minutes(30)))
enum CommandLineSuite {}
