import Glibc
import Kernel

/// Small windows, so that a peer soon has to wait for its reader.
enum Window {
    static func narrow(_ socket: DescriptorReference) {
        set(socket, SOL_SOCKET, SO_RCVBUF, 16384)
    }

    /// Segments that are small beside the window; of large ones, which loopback has, a sender would
    /// hold the last back for a time of its own. Accepted connections inherit it.
    static func cutSmall(_ listener: DescriptorReference) {
        set(listener, Int32(IPPROTO_TCP), TCP_MAXSEG, 1400)
    }

    private static func set(
        _ socket: DescriptorReference, _ level: Int32, _ option: Int32, _ value: Int32
    ) {
        var value = value
        let number = Int32(socket.text) ?? -1
        _ = setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
