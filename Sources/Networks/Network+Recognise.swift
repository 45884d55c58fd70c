public import Tensors

extension Network {
    /// The network that weights of these names and shapes belong to: FFDNet and DnCNN of any depth and width, DRUNet and
    /// the bundled U-Net of any channel counts and number of blocks, for gray and colour images.
    ///
    /// - Throws: ``NetworkError`` saying what was found and what is expected.
    public static func recognise(_ shapes: [String: Shape]) throws(NetworkError) -> Network {
        if shapes["m_head.weight"] != nil { return try read(shapes, as: "drunet", drunet) }
        if shapes["in_conv.weight"] != nil { return try read(shapes, as: "dncnn", dncnn) }
        if shapes["head.weight"] != nil { return try read(shapes, as: "unet", unet) }
        if shapes["blocks.0.0.weight"] != nil { throw .unconverted(.deepinvFFDNet) }
        guard let first = shapes["model.0.weight"] else { throw .unknown(found: shapes.keys.sorted()) }
        // FFDNet reads pixels unshuffled by 2 and a noise level: 5 or 13 channels.
        if first.rank == 4, first[1] == 1 || first[1] == 3 { throw .unconverted(.kairDnCNN) }
        return try read(shapes, as: "ffdnet", ffdnet)
    }

    private static func read(
        _ shapes: [String: Shape], as name: String, _ build: (StateDictionary) throws(NetworkError) -> Network
    ) throws(NetworkError) -> Network {
        if let volume = shapes.filter({ $0.value.rank == 5 }).min(by: { $0.key < $1.key }) {
            throw .volumes(network: name, name: volume.key, found: "\(volume.value)")
        }
        let dictionary = StateDictionary(network: name, shapes: shapes)
        let network = try build(dictionary)
        try dictionary.check(network)
        return network
    }
}
