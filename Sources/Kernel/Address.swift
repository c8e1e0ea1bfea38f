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

    /// The same for a path that is text.
    public static func unix(_ path: String) -> Address { .unix(ByteString(path)) }

    /// 127.0.0.1.
    public static func loopback(port: UInt16) -> Address { .inet(0x7F00_0001, port: port) }
    /// ::1.
    public static func loopback6(port: UInt16) -> Address { .inet6(0, 1, port: port) }

    /// The port; nothing for a path.
    public var port: UInt16? {
        switch self {
        case .inet(_, let port), .inet6(_, _, let port): port
        case .unix: nil
        }
    }

    /// The same address with another port.
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
        case .inet(let address, _):
            return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
        case .inet6(let high, let low, _):
            var raw = in6_addr()
            unsafe withUnsafeMutableBytes(of: &raw) { bytes in
                unsafe bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            // inet_ntop writes the canonical form of RFC 5952.
            return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
                unsafe inet_ntop(AF_INET6, &raw, text.baseAddress, 64)
                return unsafe String(cString: text.baseAddress!)
            }
        case .unix:
            return "unix"
        }
    }

    /// Reads `127.0.0.1:80`, `[::1]:80`, `localhost:80` (IPv4) or `unix:PATH`; nothing where it is
    /// none of these. Names are not looked up.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            if path.isEmpty || path.utf8.count > 107 { return nil }
            self = .unix(ByteString(path))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            let port = UInt16(digits)
        else { return nil }
        self.init(host: String(text[..<colon]), port: port)
    }

    /// Reads a host without a port: `127.0.0.1`, `::1`, `[::1]` or `localhost`.
    public init?(host: String, port: UInt16) {
        var name = host
        if name == "localhost" { name = "127.0.0.1" }
        var four = in_addr()
        if unsafe inet_pton(AF_INET, name, &four) == 1 {
            self = .inet(UInt32(bigEndian: four.s_addr), port: port)
            return
        }
        if name.hasPrefix("[") && name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, name, &six) == 1 else { return nil }
        let halves = unsafe withUnsafeBytes(of: &six) { bytes in
            (
                UInt64(bigEndian: unsafe bytes.load(as: UInt64.self)),
                UInt64(bigEndian: unsafe bytes.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self = .inet6(halves.0, halves.1, port: port)
    }
}
