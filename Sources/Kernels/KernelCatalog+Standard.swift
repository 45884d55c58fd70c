internal import GraphModel

extension KernelCatalog {
    /// The kinds that graphrun brings along with their kernels, its operators and its rewrites.
    public static let standard: KernelCatalog = {
        var catalog = KernelCatalog()
        catalog.add(LoadKernel.self)
        catalog.add(MeasureKernel.self)
        catalog.add(AdjointKernel.self)
        catalog.add(NormalKernel.self)
        catalog.add(DataFidelityKernel.self)
        catalog.add(DataGradientKernel.self)
        catalog.add(PointSpreadKernel.self)
        catalog.add(NormalGradientKernel.self)
        catalog.add(DataProxKernel.self)
        catalog.add(PseudoInverseKernel.self)
        catalog.add(SquaredNormKernel.self)
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
        for type in [
            Blur.self, Downsampling.self, Inpainting.self, Composition.self, AdjointOperator.self,
            NormalOperatorOf.self,
            ScaledOperator.self, OperatorSum.self, OperatorStack.self,
        ] as [any Operator.Type] {
            catalog.add(operator: type)
        }
        catalog.add(rule: ConstantsOut())
        catalog.add(rule: SpectraFused())
        catalog.add(rule: EqualValuesOnce())
        return catalog
    }()
}
