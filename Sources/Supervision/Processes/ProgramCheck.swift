import Basics
import Control
import Kernel
import Planning

/// Whether the programs of a service could be started, without starting them.
public enum ProgramCheck {
    /// What stands in the way, once for all copies of a type.
    public static func problems(_ plan: ServicePlan) -> [Refusal] {
        var found: [(type: String, why: String, names: [String])] = []
        for child in plan.children {
            guard let why = obstacle(child, plan) else { continue }
            if let index = found.firstIndex(where: { $0.type == child.type && $0.why == why }) {
                found[index].names.append(child.name)
            } else {
                found.append((child.type, why, [child.name]))
            }
        }
        return found.map { type, why, names in
            Refusal(
                what: "\(Figures.names(names)) can't be started", why: why,
                advice: "install it, or mend the line of '\(type)'")
        }
    }

    private static func obstacle(_ child: ChildPlan, _ plan: ServicePlan) -> String? {
        Launch(plan: child, service: plan).obstacle ?? misreading(child)
    }

    /// What a shell says of a line that it is to run and can't read; nothing where it can.
    private static func misreading(_ child: ChildPlan) -> String? {
        guard child.words.count == 3, child.words[0] == "/bin/sh", child.words[1] == "-c" else {
            return nil
        }
        // It reads the line and runs nothing of it (POSIX.1-2024, XCU sh, -n).
        let asked = try? ProgramVersion.asked(of: "/bin/sh", ["-n", "-c", child.words[2]])
        guard case .ended(.exited(let code), let words) = asked, code != 0 else { return nil }
        return "a shell can't read its line" + (words.isEmpty ? "" : ": \(words)")
    }
}
