import Basics
import Testing

@testable import lbctl

/// What is being typed on a command line, and what stands in front of it.
@Suite struct CompletionPlaceTests {
    private let options = [
        Option("signal", short: "s", value: "SIGNAL", help: ""), Option("wait", help: ""),
        Option("name", value: "NAME", help: ""),
    ]

    private func place(_ words: String...) -> Completion.Place {
        Completion.Place(words, options)
    }

    /// `value signal`, `option` or `operand`.
    private func kind(_ place: Completion.Place) -> String {
        switch place.kind {
        case .value(let option): "value \(option.name)"
        case .option: "option"
        case .operand: "operand"
        }
    }

    @Test(
        arguments: [
            ([""], "operand", ""), (["30"], "operand", "30"), (["-"], "option", "-"),
            (["--si"], "option", "--si"), (["-s", "K"], "value signal", "K"),
            (["--signal", ""], "value signal", ""), (["--signal", "KILL", ""], "operand", ""),
            (["--wait", ""], "operand", ""), (["--signal=K"], "value signal", "K"),
            (["-s", "KILL", "--w"], "option", "--w"), (["--", "-x"], "operand", "-x"),
            (["--unknown", ""], "operand", ""), (["--wait=x"], "option", "--wait=x"),
        ] as [([String], String, String)])
    func `what is typed is a value, an option or an operand`(
        words: [String], kind: String, current: String
    ) {
        let place = Completion.Place(words, options)
        #expect(self.kind(place) == kind)
        #expect(place.current == current)
    }

    @Test func `bash makes three words of an option with its value`() {
        let begun = place("--signal", "=")
        #expect(kind(begun) == "value signal" && begun.current == "" && begun.prefix == "")
        let going = place("--signal", "=", "K")
        #expect(kind(going) == "value signal" && going.current == "K")
        let past = place("--signal", "=", "KILL", "30")
        #expect(kind(past) == "operand" && past.current == "30" && past.operands == [])
    }

    @Test func `in one word the option goes before its value`() {
        let place = place("--signal=K")
        #expect(place.prefix == "--signal=")
    }

    @Test func `operands are those that are whole`() {
        #expect(place("3001", "--wait", "-s", "TERM", "3002", "30").operands == ["3001", "3002"])
        #expect(place("--", "--wait", "x").operands == ["--wait"])
    }

    @Test func `the service is the one that was named, however that was written`() {
        #expect(place("--name", "a", "").service == "a")
        #expect(place("--name=b", "").service == "b")
        #expect(place("--name", "=", "c", "").service == "c")
        #expect(place("--name", "a", "--name", "b", "").service == "b")
    }
}
