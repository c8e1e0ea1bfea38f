import Basics

extension ProxyHeader {
    /// Versions 1 and 2 of the specification (§2.1, §2.2).
    public enum Version: Sendable { case text, binary }

    /// Appends the header as a receiver of this version expects it.
    public func append(as version: Version, to queue: inout ByteQueue) {
        switch version {
        case .text: TextLine.append(self, to: &queue)
        case .binary: Binary.append(self, to: &queue)
        }
    }
}
