import Basics
import Control
import Kernel
import Planning
import Supervision

/// What `up` is about to run, worked out and looked at before anything is started.
struct Preparation {
    let flags: UpFlags
    let topology: Topology
    let recipe: Recipe
    private(set) var notices: [String]
    /// Where the balancer is to listen, without what this machine does not have.
    private(set) var listen: [Address] = []

    static var programFolder: ByteString { ThisProcess.program.parent }

    /// Reads the Procfile and works out the children; fails with what is wrong with it.
    init(_ flags: UpFlags) throws(Refusal) {
        self.flags = flags
        recipe = try Recipe(flags.topology, file: flags.procfile)
        topology = try recipe.topology()
        notices = topology.notices
        for address in topology.listen {
            if case .absent = Ports.look(at: address), address.isLoopback, address.port != nil,
                topology.listen.count > 1
            {
                notices.append("there is no IPv6 here: \(address) is left out")
            } else {
                listen.append(address)
            }
        }
    }

    /// What the supervisor is told.
    var plan: ServicePlan {
        ServicePlan(
            name: flags.name, runtimePath: flags.folder.path,
            historyPath: HistoryFolder.path(of: flags.name), historyLimit: flags.logSize,
            programFolder: Self.programFolder,
            listen: listen, requestedListen: topology.listen, children: topology.children,
            descriptorLimit: ThisProcess.descriptorLimit, drainLimit: topology.drainLimit,
            recipe: recipe, notices: notices)
    }

    /// Fails where something is in the way of all of it. A program that is missing is no such
    /// thing: the others run without it.
    func check() throws(Refusal) {
        let problems = oversize + unfitPrograms + sharedPorts + takenPorts
        if let problem = problems.first { throw problem }
    }

    /// The supervisor is told all of it in one piece.
    var oversize: [Refusal] {
        var words = FrameWriter()
        plan.spell(into: &words)
        if words.bytes.count <= Framing.longest { return [] }
        return [
            Refusal(
                what: "the service can't be started",
                why: "what its Procfile and .env say for all its processes is \(words.bytes.count) "
                    + "bytes long, and \(Framing.longest) are the most",
                advice: "run fewer copies, or keep long values in files of their own")
        ]
    }

    /// Those of lbctl's own programs that are not where they should be, or of another version.
    var unfitPrograms: [Refusal] {
        ["lb-balancer", "lb-echo", "lb-admin"].filter { name in
            topology.children.contains { $0.words[0] == ByteString(name) }
        }.compactMap { fault(of: $0) }
    }

    private func fault(of name: String) -> Refusal? {
        let path: ByteString = "\(Self.programFolder)/\(name)"
        let remedy = "build it with 'swift build -c release'"
        func refusal(_ why: String, _ advice: String) -> Refusal {
            Refusal(what: "\(name) can't be started", why: why, advice: advice)
        }
        if !Files.isExecutable(path) {
            return refusal("it is not beside lbctl in \(Self.programFolder.text)", remedy)
        }
        let said: String
        do throws(SystemError) {
            switch try ProgramVersion.asked(of: path) {
            case .said(let line): said = line
            case .ended(let cause, let words):
                return refusal(
                    "\(path) \(cause.words) at once" + (words.isEmpty ? "" : ": \(words)"),
                    remedy)
            case .silent: said = "nothing"
            }
        } catch {
            return refusal(
                "it can't be run: \(error.errno)", error.errno.mayPass ? "" : remedy)
        }
        if said == "\(name) \(productVersion)" { return nil }
        return refusal(
            "\(path.text) is of another version: it says '\(said)', and lbctl is \(productVersion)",
            remedy)
    }

    /// Ports that are meant for two.
    var sharedPorts: [Refusal] {
        var owners: [UInt16: String] = [:]
        var problems: [Refusal] = []
        for child in topology.children where child.port != 0 {
            // Several balancers share what they listen on.
            if child.role == .balancer && owners[child.port] == child.type { continue }
            if let other = owners[child.port] {
                problems.append(
                    Refusal(
                        what: "\(child.name) can't have port \(child.port)",
                        why: "it is \(other == "balancer" ? "the balancer" : other)'s",
                        advice: "see --port and --base-port"))
            }
            owners[child.port] = child.role == .balancer ? child.type : child.name
        }
        return problems
    }

    /// Ports that another process has.
    var takenPorts: [Refusal] {
        var problems = listen.compactMap {
            Ports.problem($0, for: "the balancer", flag: "--port")
        }
        for child in topology.children where child.role == .backend {
            let plain = Address.loopback(port: child.port)
            let found = Ports.problem(plain, for: child.name, flag: "--base-port")
            if let found {
                problems.append(found)
            } else if case .taken = Ports.look(at: .loopback6(port: child.port)),
                let found = Ports.problem(
                    .loopback6(port: child.port), for: child.name, flag: "--base-port")
            {
                problems.append(found)
            }
        }
        if case .asked(let admin) = flags.topology.admin, admin != 0,
            let found = Ports.problem(
                .loopback(port: admin), for: "lb-admin", flag: "--admin")
        {
            problems.append(found)
        }
        return problems
    }
}
