internal import CZeroMQ

/// A CURVE key pair. Whoever listens with one is reached only by those who know its public key, and all that travels
/// between them is encrypted.
package struct KeyPair: Sendable {
    /// 40 characters of Z85, none of them `#`, with which a comment begins in a host file.
    package let publicKey: String
    let secretKey: String

    /// Makes a new pair.
    ///
    /// - Throws: ``MessagingError/noKeys`` where the library has none.
    package init() throws(MessagingError) {
        guard zmq_has("curve") == 1 else { throw .noKeys }
        var (publicKey, secretKey) = ("#", "")
        // Three of five have none.
        while publicKey.contains("#") {
            var (open, hidden) = ([CChar](repeating: 0, count: 41), [CChar](repeating: 0, count: 41))
            guard zmq_curve_keypair(&open, &hidden) == 0 else { throw .last("zmq_curve_keypair") }
            (publicKey, secretKey) = (KeyPair.text(open), KeyPair.text(hidden))
        }
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Socket {
    /// Lets in only those who know the public key.
    func listen(with keys: KeyPair) throws(MessagingError) {
        try set(ZMQ_CURVE_SERVER, 1)
        try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
    }

    /// Calls only the one whose public key is `peer`.
    func call(_ peer: String, with keys: KeyPair) throws(MessagingError) {
        try set(ZMQ_CURVE_SERVERKEY, peer)
        try set(ZMQ_CURVE_PUBLICKEY, keys.publicKey)
        try set(ZMQ_CURVE_SECRETKEY, keys.secretKey)
    }
}
