import Basics
import Kernel

/// The pipes through which streams move much at a time, lent and given back like buffers.
struct PipePool: ~Copyable {
    private var pipes = Slab<Pipe>(capacity: Limits.pipes)
    /// Those that are lent to nobody.
    private var spare: [UInt32] = []
    /// Whether there are none to be had here.
    private var isOff = false

    subscript(number: UInt32) -> Pipe {
        _read { yield pipes[number] }
    }

    /// An empty pipe; nothing where all are lent, or none can be made.
    mutating func lend() -> UInt32? {
        if let number = spare.popLast() { return number }
        if isOff || pipes.isFull { return nil }
        do throws(SystemError) {
            return pipes.insert(try Pipe(capacity: Limits.pipe)).slot
        } catch {
            isOff = pipes.count == 0
            return nil
        }
    }

    /// Takes a pipe back; one with something left in it is of no use any more.
    mutating func giveBack(_ number: UInt32, isEmpty: Bool) {
        if isEmpty { spare.append(number) } else { _ = pipes.remove(number) }
    }

    /// The kernel can't do it with such sockets: bytes are copied from now on.
    mutating func turnOff() { isOff = true }

    var isUsable: Bool { !isOff }
}
