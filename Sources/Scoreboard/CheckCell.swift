import Synchronization

/// Which process of a backend active checks have found to be down, if any: its generation, or 0.
///
/// A later process is not concerned: it begins with the verdict up.
@safe
public struct CheckCell: @unchecked Sendable {
    let word: UnsafeMutablePointer<Atomic<UInt64>>

    /// Whether this process was found to be down.
    public func isDown(_ generation: UInt64) -> Bool {
        unsafe word.pointee.load(ordering: .relaxed) == generation
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
