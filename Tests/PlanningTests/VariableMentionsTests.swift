import Basics
import Testing

@testable import Planning

@Suite("The variables that a line takes for set")
struct VariableMentionsTests {
    @Test(
        arguments: [
            ("a $B ${C}", ["B", "C"]), ("a $B $B", ["B"]), ("a '$B' \"$C\"", ["C"]),
            ("a \\$B \"'$C'\"", ["C"]), ("a ${B:-x} ${C-x} ${D:+x}", []), ("a $1 $? $$ ${1}", []),
            ("B=1 a $B", []), ("read B; a $B", []), ("for B in 1 2; do a $B; done", []),
            ("a $B; c $D", ["B", "D"]), ("a $", []), ("a ${", []), ("a ${B", []), ("a '$B", []),
            ("a $BC/${D}e", ["BC", "D"]), ("", []), ("a x$B", ["B"]), ("a $B=1", ["B"]),
        ] as [(ByteString, [String])])
    func `are those in front of which nothing gives them a value`(
        line: ByteString, names: [String]
    ) {
        #expect(VariableMentions.of(line) == names)
    }
}
