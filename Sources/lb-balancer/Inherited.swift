import Balancing
import Basics
import Control
import Kernel
import Scoreboard

/// What a supervisor handed down: listening sockets, the link and the scoreboard; all of it is
/// missing when the balancer was started by hand.
final class Inherited {
    /// More listening sockets than any service has.
    private static let mostListeners: Int32 = 4096

    private(set) var listeners: [ListeningSocket] = []
    private var link: Descriptor?
    private(set) var scoreboard: Scoreboard?

    /// Takes it from the environment, which says nothing of it afterwards.
    init() throws(SystemError) {
        let pid = ThisProcess.variable(Inheritance.listenersPid)
        if pid == String(ThisProcess.pid),
            let count = ThisProcess.variable(Inheritance.listeners).flatMap({ Int32($0) })
        {
            for offset in 0..<max(0, min(count, Self.mostListeners)) {
                listeners.append(
                    try ListeningSocket(inherited: Inheritance.firstListener + offset))
            }
        }
        if let number = ThisProcess.variable(Inheritance.link).flatMap({ Int32($0) }) {
            link = try Descriptor.inherited(number)
        }
        if let number = ThisProcess.variable(Inheritance.scoreboard).flatMap({ Int32($0) }) {
            scoreboard = try Scoreboard(sharing: try Descriptor.inherited(number))
            if scoreboard == nil {
                App.fail(
                    "the supervisor's scoreboard is of another version",
                    "use the programs of one build", code: 1)
            }
        }
        for name in [
            Inheritance.listenersPid, Inheritance.listeners, Inheritance.link,
            Inheritance.scoreboard,
        ] { ThisProcess.unset(name) }
    }

    /// Whether a supervisor says which backends there are.
    var isSupervised: Bool { link != nil }

    /// Hands the link out.
    func takeLink() -> Descriptor? { link.take() }
}
