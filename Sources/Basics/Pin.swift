import Synchronization

/// What stores one stays where it lies.
///
/// A method that only reads, called by one that writes, is passed a copy of all of a struct
/// otherwise, however large, and so is any function that borrows it (Swift 6.3). What holds an
/// `Atomic` has to be passed where it is.
public struct Pin: ~Copyable, Sendable {
    /// Never looked at.
    private let word = Atomic<UInt8>(0)

    public init() {}
}
