/// What a job took, iteration by iteration.
struct JobFigures {
    /// Whole iterations.
    var seconds = Samples()
    /// The gradient of the data fidelity and the step against it.
    var dataStep = Samples()
    /// The denoiser, with cutting into tiles and putting together.
    var denoise = Samples()
    /// Most memory that the program held, in bytes: of all times it ran.
    var peakBytes = 0
    /// Where it left its last image, NPY.
    var result = ""

    /// Metrics and whatever else an iteration has.
    var rest: Samples {
        Samples(zip(seconds.seconds, zip(dataStep.seconds, denoise.seconds)).map { $0 - $1.0 - $1.1 })
    }

    /// Joins what another run of the same job took, without its first iteration.
    mutating func add(_ other: JobFigures) {
        seconds.add(Samples(Array(other.seconds.seconds.dropFirst())))
        dataStep.add(Samples(Array(other.dataStep.seconds.dropFirst())))
        denoise.add(Samples(Array(other.denoise.seconds.dropFirst())))
        peakBytes = max(peakBytes, other.peakBytes)
        result = other.result
    }
}
