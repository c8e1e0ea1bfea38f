/// A backend's place in what all balancers share: it keeps it through its restarts.
public struct BackendSlot: Hashable, Sendable, Comparable {
    public let number: UInt32

    @inlinable
    public init(_ number: UInt32) { self.number = number }

    /// The place's number, as the index of an array that has an element for each place.
    @inlinable
    public var index: Int { Int(number) }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension BackendSlot: ExpressibleByIntegerLiteral {
    public init(integerLiteral number: UInt32) { self.init(number) }
}
