import Basics
import Kernel
import Logs
import Planning

/// What a command of `--on-event` is started with: the event in its environment, and as JSON on its
/// standard input.
struct MessageLaunch {
    let command: EventCommand
    let event: ServiceEvent
    let stamp: Stamp
    /// How many events alike it stands for.
    let count: Int

    /// Why a command can't be started.
    struct Obstacle: Error {
        let why: String
    }

    /// Starts it. What it writes goes to `output`; `nil`: nowhere. `mark` is what it and all that
    /// comes of it can be known by.
    func start(
        in service: ServicePlan, output: DescriptorReference?, mark: LineageMark
    ) throws(Obstacle) -> Child {
        let launch = Launch(of: command, in: service)
        guard let shell = launch.path, launch.obstacle == nil else {
            throw Obstacle(why: launch.obstacle ?? "")
        }
        var text = ByteQueue(capacity: 1024)
        event.appendObject(at: stamp, to: &text)
        do throws(SystemError) {
            let input = try Files.inMemory(text.bytes, named: "event")
            return try Child(
                SpawnPlan(
                    path: shell, arguments: command.words,
                    environment: launch.environment(variables(in: service)),
                    directory: service.directory, descriptors: [input.reference, output, output],
                    descriptorLimit: service.descriptorLimit, mark: mark))
        } catch {
            throw Obstacle(why: "\(error)")
        }
    }

    /// All are there, empty where there is nothing to tell: none is inherited by chance.
    func variables(in service: ServicePlan) -> [(name: String, value: ByteString)] {
        let subject = event.subject
        return [
            ("LBCTL_EVENT", event.kind.rawValue),
            // LBCTL_NAME is the service's, for verbs of lbctl.
            ("LBCTL_PROCESS", subject?.name ?? ""),
            ("LBCTL_PORT", subject?.port.map { "\($0)" } ?? ""),
            ("LBCTL_PID", subject?.pid.map { "\($0)" } ?? ""),
            ("LBCTL_WHAT", Self.harmless(event.sentence)),
            ("LBCTL_TIME", stamp.time.timestamp),
            ("LBCTL_SERVICE", service.name),
            ("LBCTL_CONSECUTIVE", "\(count)"),
        ].map { ($0.0, ByteString($0.1)) }
    }

    /// One line that a mail's head can have: a sentence may quote what a program has written.
    private static func harmless(_ sentence: String) -> String {
        var shown = ByteQueue(capacity: 256)
        SafeText.append(sentence.utf8.span, colours: false, to: &shown)
        return Utf8.string(shown.bytes)
    }
}
