package import Networks
package import Tensors
package final class NetworkDenoiser {
    package init(network: Network, weights: [String: Tensor], threads: Int) throws {}
    package func prepare(_ shape: Shape) throws {}
    package func denoise(_ x: TensorView, sigma: Float, into output: MutableTensorView) throws {}
    package func denoise(_ x: TensorView, sigmaMap: TensorView, into output: MutableTensorView) throws {}
}
