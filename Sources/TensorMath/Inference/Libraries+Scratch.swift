internal import CDNNL
package import Networks

extension Libraries {
    /// Bytes of scratch memory that oneDNN says convolutions take on this processor; without those that it has not, or that
    /// nobody could ask for. Nothing is prepared or computed.
    ///
    /// - Parameter threads: that will compute them: the library may keep some for each.
    package static func scratchBytes(_ shapes: Set<ConvolutionShape>, threads: Int) -> [ConvolutionShape: Int] {
        cdnnl_set_threads(Int32(threads))
        guard let context = try? DNNLContext() else { return [:] }
        var known: [ConvolutionShape: Int] = [:]
        for shape in shapes where shape.isSane { known[shape] = context.scratchBytes(shape) }
        return known
    }
}
