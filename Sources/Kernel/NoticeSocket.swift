import Basics
import CLinux
import Glibc

/// A unix(7) datagram socket that tells the sender of each datagram, as sd_notify(3) needs it.
public struct NoticeSocket: ~Copyable {
    private let descriptor: Descriptor

    /// One datagram, and the process that sent it.
    public struct Notice: Equatable, Sendable {
        public let text: String
        /// The sender's process, as the kernel says (SCM_CREDENTIALS).
        public let pid: Int32
        /// The sender's real user.
        public let user: UInt32
    }

    /// Makes the socket at a path where there is none yet.
    public init(path: some OctetText) throws(SystemError) {
        let number = clinux_socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue))
        let socket = Descriptor(number: try checked("socket", number))
        _ = try checked(
            "setsockopt", clinux_setsockopt(socket.number, SOL_SOCKET, SO_PASSCRED, 1))
        let bound = unsafe Address.unix(path.octets).withStorage { storage, length in
            unsafe clinux_bind(socket.number, storage, length)
        }
        _ = try checked("bind", bound)
        descriptor = socket
    }

    /// Readable when a datagram waits.
    public var reference: DescriptorReference { descriptor.reference }

    /// The next datagram; `nil` when none waits.
    public func next() -> Notice? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var pid: Int32 = 0
        var user: UInt32 = 0
        let count = unsafe bytes.withUnsafeMutableBytes { memory in
            unsafe clinux_receive_notice(
                descriptor.number, memory.baseAddress, memory.count, &pid, &user)
        }
        if count < 0 { return nil }
        return Notice(
            text: String(decoding: bytes.prefix(Int(count)), as: UTF8.self), pid: pid, user: user)
    }
}
