import Basics
import Kernel
import Logs

/// What becomes a child's standard input, output and error, and where what it says is read.
struct StandardStreams {
    /// A terminal's size, for those that want one: wide enough for what programs write.
    private static let columns = 120
    private static let rows = 40

    /// The child's ends, to be kept until they have been handed down; nothing is /dev/null. Its
    /// input is open and silent: there are programs that end when it does.
    let handedDown: [HeldDescriptor?]
    let output: ChildPipe
    let errors: ChildPipe

    init(for plan: ChildPlan) throws(SystemError) {
        let errors = try Pipe(capacity: ChildPipe.capacity)
        try errors.readEnd.setNonBlocking()
        let near: Descriptor
        let far: HeldDescriptor
        if plan.hasTerminal {
            // Its errors still come by a pipe: they are not held back, and stay apart.
            let terminal = try Pseudoterminal(columns: Self.columns, rows: Self.rows)
            near = terminal.near
            far = HeldDescriptor(terminal.far)
        } else {
            let pipe = try Pipe(capacity: ChildPipe.capacity)
            near = pipe.readEnd
            far = HeldDescriptor(pipe.writeEnd)
        }
        try near.setNonBlocking()
        var input: HeldDescriptor? = far
        if !plan.hasTerminal {
            input = plan.role == .balancer ? nil : HeldDescriptor(try Pipe.silent())
        }
        handedDown = [input, far, HeldDescriptor(errors.writeEnd)]
        output = ChildPipe(near, stream: plan.role == .balancer ? .access : .out)
        self.errors = ChildPipe(errors.readEnd, stream: .err)
    }
}
