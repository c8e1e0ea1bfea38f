import CLinux
import Glibc

/// The other end of a connection within this machine, as the kernel knows it; see sock_diag(7).
extension Socket {
    /// Whether the process that had the other end of a connection of this machine has closed it, or
    /// is gone; `nil` where that can't be told (sock_diag(7)).
    ///
    /// A peer that has only ended its own direction looks the same from here, but for this.
    public static func isPeerClosed(of socket: borrowing Descriptor) -> Bool? {
        facts(ofPeer: socket).map { $0.inode == 0 }
    }

    /// Whether the process at the other end has read nothing of the `count` bytes that were written
    /// to a new connection, or has not even accepted it; `nil` where that can't be told: the
    /// connection leads to another machine.
    public static func isUnread(by socket: borrowing Descriptor, of count: UInt64) -> Bool? {
        guard let facts = facts(ofPeer: socket) else { return nil }
        if facts.inode == 0 { return mayBeAccepted(facts.state) }
        // What the peer's kernel has no room for lies here.
        let unsent = UInt64(max(0, clinux_unsent(socket.number)))
        return count > 0 && UInt64(facts.unread) + unsent >= count
    }

    /// Whether a socket that no process has is one that is yet to be accepted: those that were
    /// closed are in other states.
    private static func mayBeAccepted(_ state: UInt8) -> Bool {
        switch Int(state) {
        case TCP_ESTABLISHED, TCP_SYN_RECV, TCP_CLOSE_WAIT, newSynRecv: true
        default: false
        }
    }

    /// TCP_NEW_SYN_RECV, which is in no header for programs.
    private static let newSynRecv = 12

    private static func facts(ofPeer socket: borrowing Descriptor) -> clinux_tcp_facts? {
        guard let here = try? localAddress(of: socket), let there = try? peerAddress(of: socket)
        else { return nil }
        var facts = clinux_tcp_facts()
        let result = unsafe there.withStorage { own, _ in
            unsafe here.withStorage { peer, _ in unsafe clinux_tcp_facts(own, peer, &facts) }
        }
        return result == 0 ? facts : nil
    }
}
