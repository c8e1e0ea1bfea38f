import Basics
import Kernel
import Logs

extension Supervisor {
    /// Takes one line of a child into the stream.
    func keep(_ line: Span<UInt8>, _ part: Part, _ pipe: ChildPipe, of child: SupervisedChild) {
        let name = child.nameBytes
        log.append(
            line, part: part, of: name.span, generation: child.generation,
            stream: pipe.stream)
        // Access lines tell nobody why a process is not ready, and there are many.
        if pipe.stream != .access { child.remember(line) }
    }
}
