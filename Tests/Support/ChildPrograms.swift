import Basics
import Kernel

/// All that can be read up to the end.
public func allText(_ descriptor: borrowing Descriptor) -> String {
    var queue = ByteQueue(capacity: 4096)
    while true {
        queue.reserve(4096)
        switch descriptor.read(into: &queue) {
        case .moved: continue
        case .wouldBlock:
            _ = Poll.wait(for: .readable, on: descriptor.reference, timeout: patience)
        case .end, .failed: return text(queue)
        }
    }
}

/// Waits for a child's end.
public func end(of child: borrowing Child) -> Ending? {
    _ = Poll.wait(for: .readable, on: child.pidDescriptor.reference, timeout: patience)
    return child.reap()
}

/// A plan for what a shell says, its output going to `output`.
public func shell(_ script: String, output: DescriptorReference? = nil) -> SpawnPlan {
    SpawnPlan(
        path: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"],
        descriptors: [nil, output, nil])
}

/// What a plan's program writes to standard output.
public func output(of plan: SpawnPlan) throws(SystemError) -> String {
    var plan = plan
    let pipe = try Pipe()
    plan.descriptors[1] = pipe.writeEnd.reference
    let child = try Child(plan)
    let readEnd = keepReadEnd(pipe)
    let said = allText(readEnd)
    _ = end(of: child)
    return said
}

/// While the write end is open here too, there is never an end.
public func keepReadEnd(_ pipe: consuming Pipe) -> Descriptor { pipe.readEnd }
