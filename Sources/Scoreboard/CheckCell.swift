import Synchronization

/// Which process of a backend active checks have found to be down, if any: its generation, or 0.
///
/// A later process is not concerned: it begins with the verdict up.
@safe
public struct CheckCell: @unchecked Sendable {
    let word: UnsafeMutablePointer<Atomic<UInt64>>
    let done: UnsafeMutablePointer<Atomic<UInt64>>

    /// Whether this process was found to be down.
    public func isDown(_ generation: UInt64) -> Bool {
        unsafe word.pointee.load(ordering: .relaxed) == generation
    }

    /// A check has come to its end.
    public func count(passed: Bool) {
        unsafe done.pointee.wrappingAdd(passed ? 1 : 1 << 32, ordering: .relaxed)
    }

    /// How many checks there were of all processes of the backend.
    public var counts: (passed: UInt32, failed: UInt32) {
        let word = unsafe done.pointee.load(ordering: .relaxed)
        return (UInt32(truncatingIfNeeded: word), UInt32(word >> 32))
    }

    /// Says what the checks of this process show now.
    public func set(isDown: Bool, _ generation: UInt64) {
        if isDown {
            unsafe word.pointee.store(generation, ordering: .relaxed)
        } else if self.isDown(generation) {
            unsafe word.pointee.store(0, ordering: .relaxed)
        }
    }
}
