import Basics
import Synchronization

/// A listening socket that several own together, and that any of them may let go before the end.
///
/// The kernel refuses new connections once every process that had it has let it go; as long as
/// one holds it and nobody accepts, those who come wait for nobody.
public final class ListeningSocket: Sendable {
    /// Where it listens, with the port that the kernel chose.
    public let address: Address
    /// For use until `letGo`.
    public let reference: DescriptorReference
    private let descriptor: Mutex<Descriptor?>

    /// A new one.
    public init(_ address: Address) throws(SystemError) {
        let made = try Socket.listen(on: address)
        self.address = try Socket.localAddress(of: made)
        reference = made.reference
        descriptor = Mutex(consume made)
    }

    /// One that was handed down.
    public init(inherited number: Int32) throws(SystemError) {
        let given = try Descriptor.inherited(number)
        address = try Socket.localAddress(of: given)
        reference = given.reference
        descriptor = Mutex(consume given)
    }

    /// Closes this process's share. Nobody may use `reference` any more.
    public func letGo() {
        descriptor.withLock { $0 = nil }
    }
}
