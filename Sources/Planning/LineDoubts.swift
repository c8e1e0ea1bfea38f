import Basics
import Control

/// What lines say that is seldom meant.
struct LineDoubts {
    let reader: CommandReader
    let children: [ChildPlan]

    /// A sentence for each thing in a line that is seldom meant; none for a line of no file.
    func sentences(on line: Procfile.Line, isBalanced: Bool) -> [String] {
        if line.place.isEmpty { return [] }
        let variables = ["PORT"] + reader.environment.variables.map(\.name)
        var found = VariableMentions.of(line.command).filter { !reader.isSet($0) }.map { name in
            let near = SpellingCorrection.nearest(to: name, in: variables)
            let hint = near.map { " (did you mean $\($0)?)" } ?? ""
            return "\(line.place): nobody sets $\(name)\(hint)"
        }
        if isBalanced && !line.command.contains("$PORT") && !line.command.contains("${PORT")
            && !takesPortItself(line)
        {
            found.append(
                "\(line.place): it never says $PORT: each copy of '\(line.type)' must take its "
                    + "port from the variable PORT by itself")
        }
        return found
    }

    /// lb-echo is known to listen where PORT says, unless it is told a port.
    private func takesPortItself(_ line: Procfile.Line) -> Bool {
        guard let child = children.first(where: { $0.type == line.type }) else { return false }
        return child.isEcho
            && !child.words.contains { $0 == "-p" || $0 == "--port" || $0.hasPrefix("--port=") }
    }
}
