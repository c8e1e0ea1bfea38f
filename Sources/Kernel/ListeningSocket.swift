import Basics
import Synchronization

/// A listening socket that several own together, and that any of them may let go before the end.
///
/// The kernel refuses new connections once every process that had it has let it go; as long as one
/// holds it and none accepts, new connections wait in vain.
public final class ListeningSocket: Sendable {
    /// Where it listens, with the port that the kernel chose.
    public let address: Address
    /// For use until `letGo`.
    public let reference: DescriptorReference
    private let descriptor: Mutex<Descriptor?>

    /// A new one.
    ///
    /// Where the kernel chooses the port, it chooses for a socket that goes again, and this one is
    /// bound to that port by name: the kernel takes back a port that was not asked for by number as
    /// soon as its socket does not listen, and `suspend` needs it kept.
    public init(_ address: Address) throws(SystemError) {
        let made =
            try address.port == 0
            ? Self.listenOnChosenPort(address) : Socket.listen(on: address)
        self.address = try Socket.localAddress(of: made)
        reference = made.reference
        descriptor = Mutex(consume made)
    }

    private static func listenOnChosenPort(_ address: Address) throws(SystemError) -> Descriptor {
        let reserved = try Socket.reserve(address)
        let made = try Socket.listen(on: try Socket.localAddress(of: reserved))
        // It must not go before: another might get the port.
        withExtendedLifetime(reserved) {}
        return made
    }

    /// One that was handed down.
    public init(inherited number: Int32) throws(SystemError) {
        let given = try Descriptor.inherited(number)
        address = try Socket.localAddress(of: given)
        reference = given.reference
        descriptor = Mutex(consume given)
    }

    /// Ends listening for all processes that share the socket, until `resume`: connections that
    /// wait there are reset, new ones are refused, and the port stays ours.
    public func suspend() throws(SystemError) { try Socket.endListening(reference) }

    /// Listens again.
    public func resume() throws(SystemError) { try Socket.listenAgain(reference) }

    /// Closes this process's share. `reference` may not be used any more.
    public func letGo() {
        descriptor.withLock { $0 = nil }
    }
}
