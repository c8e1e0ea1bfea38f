import Basics

/// A client that is shut out.
public struct BanWord: Equatable, Sendable {
    /// An address, or a network as `2001:db8::/64`.
    public var client: String
    public var remaining: Nanoseconds

    public init(client: String, remaining: Nanoseconds) {
        self.client = client
        self.remaining = remaining
    }
}

extension BanWord: Spelled {
    public func spell(into frame: inout FrameWriter) {
        frame.put(client)
        frame.put(remaining.count)
    }

    public init(from frame: inout FrameReader) throws(Misspelling) {
        client = try frame.text()
        remaining = Nanoseconds(try frame.number(UInt64.self))
    }
}
