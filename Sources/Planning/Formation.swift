import Basics
import Control

/// How many copies of each type are to run, as `worker=2,clock=0` says it.
public struct Formation: Equatable, Sendable {
    /// In the order in which they were named; `all` stands for those that are not.
    private var counts: [(type: String, count: Int)] = []

    public init() {}

    /// Reads the words of `--formation`.
    public init(_ text: String) throws(UsageError) {
        for part in text.split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(
                separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty, let count = Int(pair[1]),
                (0...Int(RequestBounds.backends.upperBound)).contains(count)
            else {
                throw UsageError(
                    "--formation takes TYPE=N, not '\(part)'", hint: "such as worker=2,clock=0")
            }
            counts.append((String(pair[0]), count))
        }
    }

    /// The words that say it.
    var text: String { counts.map { "\($0.type)=\($0.count)" }.joined(separator: ",") }

    public static func == (a: Formation, b: Formation) -> Bool {
        a.counts.elementsEqual(b.counts) { $0 == $1 }
    }

    /// How many copies of a type are wanted; `nil` where it is not said.
    public func count(of type: String) -> Int? {
        counts.last { $0.type == type }?.count ?? counts.last { $0.type == "all" }?.count
    }

    /// Fails where it names a type that is not there.
    func check(against types: [String]) throws(Refusal) {
        for (type, _) in counts where type != "all" && !types.contains(type) {
            throw Refusal(
                what: "the formation can't be used", why: "there is no type '\(type)'",
                advice: "the types are \(types.joined(separator: ", "))")
        }
    }
}
