import Basics
import Kernel

/// How this program can be called again from the folder that it was started in, in a terminal that
/// has no variables of its own.
public enum OwnCommand {
    /// The words, as they can be typed.
    public static var words: String {
        words(
            typed: ThisProcess.arguments.first ?? "", executable: ThisProcess.executable,
            folder: Files.currentFolder(), path: ThisProcess.variable("PATH") ?? "")
    }

    /// `lbctl` where that is found on the path and is this program; `swift run …` where it was
    /// started so; else its whole path.
    static func words(typed: String, executable: String, folder: String, path: String) -> String {
        let isOnPath = found(on: path).map { Files.resolved(ByteString($0)).text == executable }
        if isOnPath ?? false { return "lbctl" }
        return runBySwift(typed, executable, folder) ?? ShellWords.quoted(executable)
    }

    private static func found(on path: String) -> String? {
        path.split(separator: ":").map { "\($0)/lbctl" }.first { Files.isExecutable($0) }
    }

    /// 'swift run' calls the program by its place in `PACKAGE/.build/TRIPLE/CONFIGURATION`, without
    /// the link that people go by.
    private static func runBySwift(
        _ typed: String, _ executable: String, _ folder: String
    ) -> String? {
        let parts = executable.split(separator: "/")
        guard parts.count > 4, parts[parts.count - 4] == ".build" else { return nil }
        let package = "/" + parts.dropLast(4).joined(separator: "/")
        let inside = parts.suffix(4).joined(separator: "/")
        guard typed == executable || typed == inside || typed.hasSuffix("/" + inside),
            folder == package || folder.hasPrefix(package + "/")
        else { return nil }
        let configuration = parts[parts.count - 2]
        return configuration == "debug"
            ? "swift run lbctl" : "swift run -c \(configuration) lbctl"
    }
}
