internal import GraphModel

extension KernelCatalog {
    /// The kinds that graphrun brings along, with their kernels.
    public static let standard: KernelCatalog = {
        var catalog = KernelCatalog()
        catalog.add(LoadKernel.self)
        catalog.add(map: Blur.self)
        catalog.add(PointSpreadKernel<Blur>.self)
        catalog.add(NormalGradientKernel.self)
        catalog.add(map: Downsampling.self)
        catalog.add(map: Inpainting.self)
        catalog.add(GaussianNoiseKernel.self)
        catalog.add(PoissonNoiseKernel.self)
        catalog.add(UniformNoiseKernel.self)
        catalog.add(SumKernel.self)
        catalog.add(AddKernel.self)
        catalog.add(ScaleKernel.self)
        catalog.add(ZerosKernel.self)
        catalog.add(DescendKernel.self)
        catalog.add(CropKernel.self)
        catalog.add(BlendKernel.self)
        catalog.add(TrimKernel.self)
        catalog.add(HaloExchangeKernel.self)
        catalog.add(AssembleKernel.self)
        catalog.add(DenoiseKernel.self)
        catalog.add(DenoiseByMapKernel.self)
        catalog.add(PSNRKernel.self)
        catalog.add(SSIMKernel.self)
        catalog.add(RelativeChangeKernel.self)
        return catalog
    }()
}
