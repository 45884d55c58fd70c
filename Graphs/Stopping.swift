import GraphModel

/// The stopping rule that a parameter chooses: a run has converged where iterations change x by less than that.
func stop(_ g: GraphBuilder, when residual: Value) {
    let tolerance = g.number(
        "tolerance", 1e-4, in: 0...1, "relative change of x below which the run ends early; 0 for all iterations")
    g.stop(when: residual, below: tolerance, for: 5)
}
