import Basics
import Control
import Kernel

/// The ports that a service needs, looked at before anything is started.
public enum Ports {
    /// What came of trying to listen on an address. One that this machine does not have is
    /// `absent`.
    public enum Finding: Equatable, Sendable {
        case free
        case absent
        case taken(by: Int32?)
        case denied(Errno)
    }

    /// Listens for a moment.
    public static func look(at address: Address) -> Finding {
        if address.port == 0 { return isPresent(address) ? .free : .absent }
        do throws(SystemError) {
            _ = try Socket.listen(on: address, backlog: 1)
            return .free
        } catch {
            switch error.errno {
            case .addressInUse:
                return .taken(by: address.port.flatMap { Processes.listener(onPort: $0) })
            case .addressNotAvailable, .noSuchFamily: return .absent
            default: return .denied(error.errno)
            }
        }
    }

    private static func isPresent(_ address: Address) -> Bool {
        (try? Socket.listen(on: address, backlog: 1)) != nil
    }

    /// Why the address can't be had, and which process has it; `nil` where it can.
    public static func problem(_ address: Address, for program: String, flag: String) -> Refusal? {
        switch look(at: address) {
        case .free: nil
        case .absent:
            Refusal(
                what: "\(program) can't listen on \(address)",
                why: "this machine does not have that address",
                advice: "name one that it has, such as 127.0.0.1, or 0.0.0.0 for all of them")
        case .taken(let pid):
            Refusal(
                what: "\(program) can't listen on \(address)",
                why: "the port is taken" + holder(pid),
                advice: remedy(pid) + ", or choose another port with \(flag)")
        case .denied(let errno):
            Refusal(
                what: "\(program) can't listen on \(address)", why: "\(errno)",
                advice: errno == .accessDenied
                    ? "ports below 1024 are root's as a rule; choose another with \(flag)" : "")
        }
    }

    /// ` by pid 4242 (python3 -m http.server)`.
    public static func holder(_ pid: Int32?) -> String {
        guard let pid else { return " by a process of another user" }
        if let name = service(of: pid) { return " by pid \(pid) of the service '\(name)'" }
        guard let command = Processes.commandLine(of: pid) else { return " by pid \(pid)" }
        let line = String(command.prefix(PlanLimits.shownCommand)).split(
            whereSeparator: \.isNewline)
        return " by pid \(pid) (\(line.joined(separator: " ")))"
    }

    /// Names the service in any case: it is not the one that a verb means here, or its port would
    /// not be in the way.
    private static func remedy(_ pid: Int32?) -> String {
        guard let pid, let name = service(of: pid) else { return "end that process" }
        return "stop it with \(Advice.line("down", for: name, implied: nil))"
    }

    /// The service that a process belongs to: its supervisor, or one of its children.
    private static func service(of pid: Int32) -> String? {
        for pid in [pid] + Processes.children(of: pid)
        where Processes.variable(Inheritance.instance, of: pid) != nil {
            return Processes.variable(Inheritance.service, of: pid)
        }
        return nil
    }

    /// A free port, chosen by the kernel; no other program is given it while it is held.
    static func unused() throws(Refusal) -> PortHold {
        do throws(SystemError) {
            return try PortHold(0)
        } catch {
            throw Refusal(what: "no free port was found", why: "\(error)")
        }
    }
}
