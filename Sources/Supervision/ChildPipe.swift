import Basics
import Kernel
import Logs

/// One of a child's two output pipes: what comes out of it, cut into lines.
final class ChildPipe {
    /// The most that is read in one turn, so that a child that never stops talking does not keep
    /// the others from being heard.
    static let budget = 64 << 10
    static let capacity = 256 << 10

    let stream: Stream
    private let descriptor: Descriptor
    private var splitter = LineSplitter()
    private(set) var isOpen = true

    init(_ descriptor: consuming Descriptor, stream: Stream) {
        self.descriptor = descriptor
        self.stream = stream
    }

    var reference: DescriptorReference { descriptor.reference }

    /// Reads what is there, up to the budget, and hands out the lines. `scratch` is memory that all
    /// pipes share. False when the budget was used up and there may be more.
    @discardableResult
    func read(
        into scratch: inout ByteQueue, budget: Int = ChildPipe.budget,
        _ body: (Span<UInt8>, Part) -> Void
    ) -> Bool {
        var left = budget
        while isOpen && left > 0 {
            scratch.removeAll()
            switch descriptor.read(into: &scratch) {
            case .moved(let count):
                left -= count
                splitter.feed(scratch.bytes, body)
            case .wouldBlock: return true
            case .end, .failed:
                splitter.finish(body)
                isOpen = false
            }
        }
        return !isOpen
    }

    /// Hands out a last line that has no end: the child is dead, and no more of it will come.
    func finish(_ body: (Span<UInt8>, Part) -> Void) { splitter.finish(body) }
}
