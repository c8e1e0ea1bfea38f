import Basics
import CLinux

/// Something that looks like a terminal to the program at its far end, pty(7), so that it writes
/// each line at once and not in blocks.
///
/// It is no session's controlling terminal: the kernel would throw away what is not read yet when
/// the program that leads its session ends.
@frozen
public struct Pseudoterminal: ~Copyable {
    /// What the program writes is read here. When no process has the far end any more, that fails.
    public let near: Descriptor
    /// The program's end.
    public let far: Descriptor

    /// A new pair, of a terminal of this size in characters.
    public init(columns: Int, rows: Int) throws(SystemError) {
        var numbers: [Int32] = [-1, -1]
        let result = unsafe numbers.withUnsafeMutableBufferPointer { numbers in
            unsafe clinux_pseudoterminal(numbers.baseAddress, UInt32(columns), UInt32(rows))
        }
        _ = try checked("pty", result)
        near = Descriptor(number: numbers[0])
        far = Descriptor(number: numbers[1])
    }
}
