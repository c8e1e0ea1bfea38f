/// What the Procfile and the `.env` file say that means nothing, or something seldom meant.
enum Omissions {
    /// A notice for each kind of line that is left out or read otherwise than it may be meant.
    static func notices(_ procfile: Procfile, _ environment: EnvironmentFile) -> [String] {
        let folder = procfile.path.lastIndex(of: "/").map { procfile.path[...$0] } ?? ""
        return leftOut(procfile.path, procfile.skipped, form: "type: command")
            + leftOut("\(folder).env", environment.skipped, form: "NAME=value")
            + environment.unclosed.map { line in
                "\(folder).env:\(line): its quote is not closed, and is taken for a part of the "
                    + "value"
            }
    }

    private static func leftOut(_ path: String, _ lines: [Int], form: String) -> [String] {
        lines.isEmpty ? [] : ["\(path): \(numbers(lines)) not '\(form)', and left out"]
    }

    /// `line 3 is`, `lines 3, 4 are`.
    static func numbers(_ lines: [Int]) -> String {
        let numbers = lines.map { String($0) }.joined(separator: ", ")
        return lines.count == 1 ? "line \(numbers) is" : "lines \(numbers) are"
    }
}
