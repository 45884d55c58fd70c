internal import Foundation

/// The names and addresses of this machine, so that a host file may list it as others know it.
package enum OwnNames {
    /// Whether a name or address is one of this machine's: its host name, long or short, or an address of one of its network
    /// interfaces.
    ///
    /// Other names are not looked up: one that leads here may still be an alias of ssh's for somewhere else.
    package static func include(_ host: String) -> Bool {
        if let address = numeric(host, flags: AI_NUMERICHOST).first { return isOwn(address) }
        let (wanted, own) = (host.lowercased(), OwnAddress.name.lowercased())
        guard wanted != own, wanted != label(own) else { return true }
        // The long form of its name, where it knows itself by the short one, or another machine that begins alike.
        return label(wanted) == label(own) && numeric(host).contains(where: isOwn)
    }

    /// A name up to its first dot.
    private static func label(_ name: String) -> Substring { name.prefix { $0 != "." } }

    private static func isOwn(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || interfaceAddresses().contains(address)
    }

    /// The addresses of a host as numbers, none where it has none.
    private static func numeric(_ host: String, flags: Int32 = 0) -> [String] {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = flags
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(bare, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [String] = []
        var next = found
        while let entry = next {
            if let text = text(entry.pointee.ai_addr, size: entry.pointee.ai_addrlen) { addresses.append(text) }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    private static func interfaceAddresses() -> [String] {
        var found: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&found) == 0 else { return [] }
        defer { freeifaddrs(found) }
        var addresses: [String] = []
        var next = found
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr else { continue }
            let size: Int
            switch Int32(address.pointee.sa_family) {
            case AF_INET: size = MemoryLayout<sockaddr_in>.size
            case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
            default: continue
            }
            if let text = text(address, size: socklen_t(size)) { addresses.append(text) }
        }
        return addresses
    }

    /// An address as numbers: without the interface that it belongs to, and of IPv4 without the form it has in IPv6.
    private static func text(_ address: UnsafePointer<sockaddr>, size: socklen_t) -> String? {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, size, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let plain = String(text.prefix { $0 != "%" })
        return plain.hasPrefix("::ffff:") && plain.contains(".") ? String(plain.dropFirst(7)) : plain
    }
}
