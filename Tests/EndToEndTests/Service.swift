import Basics
import Kernel
import Synchronization
import TestSupport

/// A service under test: `lbctl up` in the foreground, with folders and a name of its own. Whatever
/// it started is gone with this object, whether its test passed or not.
final class Service: Sendable {
    let name: String
    let folder: TemporaryFolder
    /// `lbctl up` itself.
    let guardian: RunningProgram
    /// Where the balancer listens, on the other loopback too.
    let address: Address

    private static let made = Atomic(0)

    /// Starts it and waits until all is ready. A `procfile` is the file's text.
    convenience init(_ words: [String] = [], procfile: String? = nil) throws(Failure) {
        try self.init(Place(procfile: procfile), words)
    }

    init(_ place: Place, _ words: [String] = []) throws(Failure) {
        name = place.name
        folder = place.folder
        self.place = place
        guardian = try place.start(["up"] + place.ups + words)
        do throws(Failure) {
            // `open http://localhost:8080/`, or where connections are balanced
            // `try echo hello | lbctl send localhost:8080`.
            let line = try guardian.line(with: "localhost:", in: .errors)
            guard let port = UInt16(line.split(separator: ":").last?.prefix { $0 != "/" } ?? "")
            else { throw Failure("no port in '\(line)'") }
            address = .loopback(port: port)
        } catch {
            place.killAll()
            throw error
        }
    }

    let place: Place

    deinit { place.killAll() }

    /// Runs another verb to its end.
    func run(
        _ verb: String, _ words: [String] = [], in directory: String = "/"
    ) throws(Failure) -> Outcome {
        try place.run(verb, words, in: directory)
    }

    /// The rows of `ps`.
    func rows() throws(Failure) -> [Row] { try place.rows() }

    func row(_ name: String) throws(Failure) -> Row {
        guard let row = try rows().first(where: { $0.name == name }) else {
            throw Failure("ps does not show \(name)")
        }
        return row
    }

    /// Waits until `ps` shows a row of this name as it is wanted.
    @discardableResult
    func await(_ name: String, _ isWanted: (Row) -> Bool) throws(Failure) -> Row {
        var last: Row?
        let deadline = Clock.now() + patience
        while Clock.now() < deadline {
            let row = try row(name)
            if isWanted(row) { return row }
            last = row
            Poll.sleep(.milliseconds(5))
        }
        throw Failure("\(name) stayed as it was: \(last.map { "\($0)" } ?? "nothing")")
    }

    /// How many requests the backends have in hand.
    func active() throws(Failure) -> Int {
        try rows().filter { $0.type == "backend" }.reduce(0) { $0 + ($1.active ?? 0) }
    }

    /// Waits for that many requests to be in hand.
    func awaitActive(_ count: Int) throws(Failure) {
        let deadline = Clock.now() + patience
        while try active() != count {
            if Clock.now() >= deadline { throw Failure("never \(count) requests in hand") }
            Poll.sleep(.milliseconds(5))
        }
    }

    /// lbctl's own sentences in the log.
    func sentences() throws(Failure) -> [String] {
        try place.records(["lbctl"]).compactMap { $0["text"].text }
    }

    /// Waits for a sentence of lbctl's own that contains all of these.
    @discardableResult
    func awaitSentence(_ parts: String...) throws(Failure) -> String {
        let deadline = Clock.now() + patience
        while true {
            let all = try sentences()
            let found = all.first { line in parts.allSatisfy { line.contains($0) } }
            if let found { return found }
            if Clock.now() >= deadline {
                throw Failure("nothing was said of \(parts): \(all.joined(separator: "\n"))")
            }
            Poll.sleep(.milliseconds(10))
        }
    }

    func get(_ path: String = "/") throws(Failure) -> Answer { try Client.get(address, path) }

    /// How the guardian ended, once it has.
    func end() throws(Failure) -> Ending.Cause { try guardian.end().cause }
}

/// How a verb went.
struct Outcome {
    let code: Int32
    let output: String
    let errors: String
}

/// A row of `ps --format json`.
struct Row: CustomStringConvertible {
    let json: JSON

    var name: String { json["name"].text ?? "" }
    var type: String { json["type"].text ?? "" }
    var state: String { json["state"].text ?? "" }
    var port: UInt16 { UInt16(json["port"].int ?? 0) }
    /// 0 where there is no process.
    var pid: Int32 { Int32(json["pid"].int ?? 0) }
    var restarts: Int { json["restarts"].int ?? -1 }
    var active: Int? { json["active"].int }
    var requests: Int? { json["requests"].int }

    var description: String { "\(name) \(state) pid \(pid) restarts \(restarts)" }
}
