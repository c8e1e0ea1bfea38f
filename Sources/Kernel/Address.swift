import Basics
import CLinux
import Glibc

/// Where a socket listens or connects to: an IPv4 or IPv6 address with its port, or a path.
public enum Address: Hashable, Sendable {
    /// The address as a number in host order.
    case inet(UInt32, port: UInt16)
    /// The upper and lower halves of the address in host order.
    case inet6(UInt64, UInt64, port: UInt16)
    /// The path of a unix(7) socket, at most 107 bytes.
    case unix(ByteString)

    /// A unix(7) address with a path that is text.
    public static func unix(_ path: String) -> Address { .unix(ByteString(path)) }

    /// 127.0.0.1.
    public static func loopback(port: UInt16) -> Address { .inet(0x7F00_0001, port: port) }
    /// ::1.
    public static func loopback6(port: UInt16) -> Address { .inet6(0, 1, port: port) }

    /// The port; `nil` for a path.
    public var port: UInt16? {
        switch self {
        case .inet(_, let port), .inet6(_, _, let port): port
        case .unix: nil
        }
    }

    /// This address with another port.
    public func with(port: UInt16) -> Address {
        switch self {
        case .inet(let address, _): .inet(address, port: port)
        case .inet6(let high, let low, _): .inet6(high, low, port: port)
        case .unix: self
        }
    }

    /// Whether it can be reached from this machine alone.
    public var isLoopback: Bool {
        switch self {
        case .inet(let address, _): address >> 24 == 127
        case .inet6(let high, let low, _): high == 0 && low == 1
        case .unix: true
        }
    }

    /// An IPv4 client of an IPv6 socket under its own address (RFC 4291 §2.5.5.2).
    public var unmapped: Address {
        guard case .inet6(0, let low, let port) = self, low >> 32 == 0xFFFF else { return self }
        return .inet(UInt32(truncatingIfNeeded: low), port: port)
    }

    @usableFromInline
    var family: Int32 {
        switch self {
        case .inet: AF_INET
        case .inet6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Calls `body` with the address as the kernel wants it.
    func withStorage<Result>(
        _ body: (UnsafePointer<sockaddr_storage>, socklen_t) -> Result
    ) -> Result {
        var storage = sockaddr_storage()
        var length = 0
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            switch self {
            case .inet(let address, let port):
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_port = port.bigEndian
                name.sin_addr.s_addr = address.bigEndian
                unsafe bytes.storeBytes(of: name, as: sockaddr_in.self)
                length = MemoryLayout<sockaddr_in>.size
            case .inet6(let high, let low, let port):
                var name = sockaddr_in6()
                name.sin6_family = sa_family_t(AF_INET6)
                name.sin6_port = port.bigEndian
                unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { address in
                    unsafe address.storeBytes(of: high.bigEndian, as: UInt64.self)
                    unsafe address.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
                }
                unsafe bytes.storeBytes(of: name, as: sockaddr_in6.self)
                length = MemoryLayout<sockaddr_in6>.size
            case .unix(let path):
                unsafe bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                var offset = MemoryLayout<sa_family_t>.size
                for byte in path.bytes.prefix(107) {
                    unsafe bytes[offset] = byte
                    offset += 1
                }
                length = offset + 1
            }
        }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe body(pointer, socklen_t(length))
        }
    }

    /// What the kernel told in `storage`.
    static func from(_ storage: sockaddr_storage, length: socklen_t) -> Address {
        var storage = storage
        let family = storage.ss_family
        return unsafe withUnsafeBytes(of: &storage) { bytes in
            switch Int32(family) {
            case AF_INET:
                let name = unsafe bytes.load(as: sockaddr_in.self)
                return .inet(
                    UInt32(bigEndian: name.sin_addr.s_addr), port: UInt16(bigEndian: name.sin_port))
            case AF_INET6:
                let port = unsafe bytes.load(fromByteOffset: 2, as: UInt16.self)
                let high = unsafe bytes.load(fromByteOffset: 8, as: UInt64.self)
                let low = unsafe bytes.load(fromByteOffset: 16, as: UInt64.self)
                return .inet6(
                    UInt64(bigEndian: high), UInt64(bigEndian: low), port: UInt16(bigEndian: port))
            default:
                let path = unsafe bytes[2..<max(2, Int(length))].prefix { $0 != 0 }
                return .unix(ByteString(unsafe Array(path)))
            }
        }
    }
}

extension Address: CustomStringConvertible {
    /// `127.0.0.1:8080`, `[::1]:8080` or the path.
    public var description: String {
        switch self {
        case .inet(_, let port): "\(host):\(port)"
        case .inet6(_, _, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:" + path.text
        }
    }

    /// The address without its port and brackets; for a path, `unix`.
    public var host: String {
        switch self {
        case .inet(let address, _): "\(InternetAddress.v4(address))"
        case .inet6(let high, let low, _): "\(InternetAddress.v6(high: high, low: low))"
        case .unix: "unix"
        }
    }

    /// Reads `127.0.0.1:80`, `[::1]:80`, `localhost:80` (IPv4) or `unix:PATH`; `nil` where it is
    /// none of these. Names are not looked up.
    public init?(_ text: String) {
        // A bare port is two addresses.
        guard text.contains(":"), !text.hasPrefix(":"), let endpoint = Endpoint(text),
            let address = endpoint.addresses.first
        else { return nil }
        self = address
    }

    /// Reads a host without a port: `127.0.0.1`, `::1`, `[::1]` or `localhost`.
    public init?(host: String, port: UInt16) {
        guard let address = Endpoint.host(host == "localhost" ? "127.0.0.1" : host) else {
            return nil
        }
        self.init(address, port: port)
    }

    public init(_ address: InternetAddress, port: UInt16) {
        switch address {
        case .v4(let number): self = .inet(number, port: port)
        case .v6(let high, let low): self = .inet6(high, low, port: port)
        }
    }
}

extension Endpoint {
    /// The single addresses that it stands for, in the order in which they are tried.
    public var addresses: [Address] {
        parts.map { part in
            switch part {
            case .local(let port): .loopback(port: port)
            case .internet(let address, let port): Address(address, port: port)
            case .path(let path): .unix(path)
            }
        }
    }
}
