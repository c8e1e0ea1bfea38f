/// Words that several threads or processes read and write at the same time, each word whole:
/// atomics in shared memory.
///
/// What is read must be no older than what was stored before something else that was read
/// (acquire and release).
public protocol WordStorage {
    func load(_ index: Int) -> UInt64
    /// Stores a word where another is; whether that one was still there.
    func exchange(_ expected: UInt64, with word: UInt64, at index: Int) -> Bool
    var count: Int { get }
}
