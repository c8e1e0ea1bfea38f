import Basics

@testable import Kernel

/// A folder of a test's own, gone with it.
final class TemporaryFolder {
    let path: String

    init() throws(SystemError) {
        let parent = ThisProcess.variable("TMPDIR") ?? "/tmp"
        path = "\(parent)/lbctl-test-\(String(Randomness.word(), radix: 36))"
        try Files.makeFolder(path)
    }

    deinit { Self.empty(path) }

    private static func empty(_ folder: String) {
        for name in (try? Files.names(in: folder)) ?? [] {
            let path = "\(folder)/\(name)"
            if (try? Files.facts(path))?.isDirectory == true {
                empty(path)
            } else {
                try? Files.remove(path)
            }
        }
        try? Files.removeFolder(folder)
    }

    /// A file with this text, made.
    func file(_ name: String, holding text: String, permissions: UInt32 = 0o600) throws -> String {
        let file = try Files.open("\(path)/\(name)", for: .replace, permissions: permissions)
        try Files.write(text, to: file)
        return "\(path)/\(name)"
    }
}

/// All that can be read up to the end.
func allText(_ descriptor: borrowing Descriptor) -> String {
    var queue = ByteQueue(capacity: 4096)
    while true {
        queue.reserve(4096)
        switch descriptor.read(into: &queue) {
        case .moved: continue
        case .wouldBlock:
            _ = Poll.wait(for: .readable, on: descriptor.reference, timeout: .seconds(30))
        case .end, .failed: return text(queue)
        }
    }
}

func text(_ queue: borrowing ByteQueue) -> String {
    var bytes: [UInt8] = []
    for index in queue.bytes.indices { bytes.append(queue.bytes[index]) }
    return String(decoding: bytes, as: UTF8.self)
}

/// Waits for a child's end.
func end(of child: borrowing Child) -> Ending? {
    _ = Poll.wait(for: .readable, on: child.pidDescriptor.reference, timeout: .seconds(30))
    return child.reap()
}

/// Waits until `condition` holds. What is closed here may live on for a moment in a child that
/// another test has forked and that has not come to its exec.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Clock.now() + .seconds(30)
    while !condition() {
        if Clock.now() >= deadline { return false }
        Poll.sleep(.milliseconds(1))
    }
    return true
}

/// A plan for what a shell says, its output going to `output`.
func shell(_ script: String, output: DescriptorReference? = nil) -> SpawnPlan {
    SpawnPlan(
        path: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"],
        descriptors: [nil, output, nil])
}

/// What a plan's program writes to standard output.
func output(of plan: SpawnPlan) throws(SystemError) -> String {
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
func keepReadEnd(_ pipe: consuming Pipe) -> Descriptor { pipe.readEnd }
