/// What a job took, iteration by iteration.
package struct JobFigures {
    /// Whole iterations.
    package var seconds = Samples()
    /// The gradient of the data fidelity and the step against it.
    package var dataStep = Samples()
    /// The denoiser, with cutting into tiles and putting together.
    package var denoise = Samples()
    /// Most memory that the program held, in bytes: of all times it ran.
    package var peakBytes = 0
    /// Where it left its last image, NPY.
    var result = ""

    package init(seconds: Samples = Samples(), dataStep: Samples = Samples(), denoise: Samples = Samples()) {
        self.seconds = seconds
        self.dataStep = dataStep
        self.denoise = denoise
    }

    /// Metrics and whatever else an iteration has.
    package var rest: Samples {
        Samples(zip(seconds.seconds, zip(dataStep.seconds, denoise.seconds)).map { $0 - $1.0 - $1.1 })
    }

    /// Joins what another run of the same job took, without its first iteration.
    package mutating func add(_ other: JobFigures) {
        seconds.add(Samples(Array(other.seconds.seconds.dropFirst())))
        dataStep.add(Samples(Array(other.dataStep.seconds.dropFirst())))
        denoise.add(Samples(Array(other.denoise.seconds.dropFirst())))
        peakBytes = max(peakBytes, other.peakBytes)
        result = other.result
    }
}
