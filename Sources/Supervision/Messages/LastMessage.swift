import Basics
import Kernel
import Logs
import Planning

/// What the commands of `--on-event` are told when the supervisor, which runs them, has died.
enum LastMessage {
    /// Runs those that are told of such an event, all at once, and waits for their end; what still
    /// runs after their time is killed. To be called by a process that has no other children.
    static func tell(_ event: ServiceEvent, at stamp: Stamp, in service: ServicePlan) {
        for command in service.recipe.flags.eventCommands where command.wants(event.kind) {
            let launch = MessageLaunch(command: command, event: event, stamp: stamp, count: 1)
            let mark = LineageMark(owner: ThisProcess.pid, number: 1)
            // Nothing is left that could be told why it can't be run.
            _ = try? launch.start(in: service, output: nil, mark: mark)
        }
        let deadline = Clock.now() + Limits.messageTime
        while Clock.now() < deadline {
            while let pid = Children.endedUnreaped() { _ = Children.reap(pid: pid) }
            if Processes.children(of: ThisProcess.pid).isEmpty { return }
            Poll.sleep(.milliseconds(5))
        }
        Descendants.end(within: Limits.leftOvers)
    }
}
