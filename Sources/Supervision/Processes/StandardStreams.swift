import Basics
import Kernel
import Logs
import Planning

/// What becomes a child's standard input, output and error, and where what it says is read.
struct StandardStreams {
    /// A terminal's size, for those that want one: wide enough for what programs write.
    private static let columns = 120
    private static let rows = 40

    /// The child's ends, to be kept until they have been handed down; nil is /dev/null. Its
    /// input is open and silent: there are programs that end when it does.
    let handedDown: [SharedDescriptor?]
    let output: ChildPipe
    /// Nil where errors go where the output does.
    let errors: ChildPipe?
    /// The two, where it is known in which turns they are written to.
    let pair: PipePair?

    init(for plan: ChildPlan, _ watch: StreamWatch) throws(SystemError) {
        let near: Descriptor
        let far: SharedDescriptor
        if plan.hasTerminal {
            let terminal = try Pseudoterminal(columns: Self.columns, rows: Self.rows)
            near = terminal.near
            far = SharedDescriptor(terminal.far)
        } else {
            let pipe = try Pipe(capacity: ChildPipe.capacity)
            near = pipe.readEnd
            far = SharedDescriptor(pipe.writeEnd)
        }
        try near.setNonBlocking()
        output = ChildPipe(near, stream: plan.role == .balancer ? .access : .out)
        var input: SharedDescriptor? = far
        if !plan.hasTerminal {
            input = plan.role == .balancer ? nil : SharedDescriptor(try Pipe.silent())
        }
        if plan.mergesStreams && plan.role != .balancer {
            handedDown = [input, far, far]
            errors = nil
            pair = nil
            return
        }
        // Errors of one that has a terminal come by a pipe all the same: they are not held back.
        let second = try Pipe(capacity: ChildPipe.capacity)
        try second.readEnd.setNonBlocking()
        handedDown = [input, far, SharedDescriptor(second.writeEnd)]
        let errors = ChildPipe(second.readEnd, stream: .err)
        self.errors = errors
        // What passes a terminal comes a moment after it was written; and a balancer's two streams
        // are about different things.
        let isTold = !plan.hasTerminal && plan.role != .balancer
        pair = isTold ? watch.watch(output, errors) : nil
    }
}
