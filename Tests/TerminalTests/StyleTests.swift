import Testing

@testable import Terminal

@Suite struct StyleTests {
    private func decide(
        _ choice: ColourChoice, _ isTerminal: Bool, _ variables: [String: String] = [:]
    ) -> Bool {
        Style(choice: choice, isTerminal: isTerminal) { variables[$0] }.isColoured
    }

    @Test func `a terminal is coloured and a pipe is not`() {
        #expect(decide(.auto, true))
        #expect(decide(.auto, true, ["TERM": "xterm", "NO_COLOR": ""]))
        #expect(!decide(.auto, false))
    }

    @Test func `the environment can turn colours off and on`() {
        #expect(!decide(.auto, true, ["NO_COLOR": "1"]))
        #expect(!decide(.auto, true, ["NO_COLOR": "1", "FORCE_COLOR": "1"]))
        #expect(!decide(.auto, true, ["TERM": "dumb"]))
        #expect(decide(.auto, false, ["FORCE_COLOR": "1"]))
        #expect(decide(.auto, false, ["CLICOLOR_FORCE": "1", "TERM": "dumb"]))
        #expect(!decide(.auto, false, ["CLICOLOR_FORCE": "0"]))
    }

    @Test func `the command line has the last word`() {
        for isTerminal in [false, true] {
            #expect(decide(.always, isTerminal, ["NO_COLOR": "1", "TERM": "dumb"]))
            #expect(!decide(.never, isTerminal, ["FORCE_COLOR": "1"]))
        }
    }

    @Test func `what is painted is reset behind it`() {
        #expect(Style(isColoured: true).paint("x", .green) == "\u{1B}[32mx\u{1B}[0m")
        #expect(Style(isColoured: true).paint("", .green) == "")
        #expect(Style(isColoured: false).paint("x", .green) == "x")
    }
}
