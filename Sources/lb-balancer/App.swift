import Balancing
import Basics
import Control
import Kernel
import Scoreboard

/// The data plane as a program: reads its arguments and what it was started with, and begins.
@main
enum App {
    static func main() {
        ThisProcess.openStandardDescriptors()
        do throws(UsageError) {
            let words = Array(ThisProcess.arguments.dropFirst())
            let options = try BalancerOptions(words: words)
            if words.contains(where: { $0 == "--help" || $0 == "-h" }) { Help.show() }
            if words.contains("--version") {
                DescriptorReference.standardOutput.writeAll("lb-balancer \(productVersion)\n")
                ThisProcess.exit(0)
            }
            try start(options)
        } catch {
            let hint = error.hint.isEmpty ? "try 'lb-balancer --help'" : error.hint
            fail(error.message, hint, code: 2)
        }
    }

    private static func start(_ options: BalancerOptions) throws(UsageError) {
        try options.refuseContradictions()
        if let fault = Network.fault(in: options.trustProxy) { throw fault }
        let inheritance: Inherited
        do throws(SystemError) { inheritance = try Inherited() } catch {
            fail("what was handed down can't be used: \(error)", "", code: 1)
        }
        let roster = inheritance.isSupervised ? nil : try Alone.roster(options)
        ThisProcess.raiseDescriptorLimit(to: 1 << 20)
        let listening = Listening(options, inherited: inheritance.listeners)
        run(options, inheritance, roster, listening)
    }

    private static func run(
        _ options: BalancerOptions, _ inheritance: Inherited, _ roster: RosterWord?,
        _ listening: Listening
    ) {
        do throws(SystemError) {
            let threads = options.threads ?? ThisProcess.cores
            let scoreboard: Scoreboard
            if let shared = inheritance.scoreboard {
                scoreboard = shared
            } else {
                let backends = max(64, roster?.members.count ?? 0)
                scoreboard = try Scoreboard(backends: backends, workers: threads)
            }
            var ready: Descriptor?
            if let number = options.readyDescriptor { ready = try Descriptor.inherited(number) }
            var start = Balancer.Start(
                options: options, listeners: listening.sockets, scoreboard: scoreboard,
                link: inheritance.takeLink(), roster: roster, ready: ready)
            let balancer = try Balancer(&start)
            for line in listening.announcements { say(line) }
            try balancer.run()
        } catch {
            fail("it can't go on: \(error)", "", code: 1)
        }
    }

    static func say(_ sentence: String) {
        DescriptorReference.standardError.writeAll(sentence + "\n")
    }

    static func fail(_ message: String, _ hint: String, code: Int32) -> Never {
        say("lb-balancer: \(message)")
        if !hint.isEmpty { say("  " + hint) }
        ThisProcess.exit(code)
    }
}
