/// Where the others of a service are reached, as each child's environment tells it.
public enum Peers {
    static let prefix = "LBCTL_PORT_"

    /// `LBCTL_PORT_BACKEND_2` is `3001`, for each that has a port.
    public static func variables(
        _ members: [(name: String, port: UInt16)]
    ) -> [(String, String)] {
        members.filter { $0.port != 0 }.map { (prefix + word($0.name), String($0.port)) }
    }

    /// A name as a variable may be called.
    private static func word(_ name: String) -> String {
        String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
