/// The names by which a process finds what the supervisor hands down to it.
public enum Inheritance {
    /// The descriptor of the link, in the environment.
    public static let link = "LBCTL_LINK_FD"
    /// The descriptor of the scoreboard's memory, in the environment.
    public static let scoreboard = "LBCTL_SCOREBOARD_FD"
    /// How many listening sockets there are, from descriptor 3 on (sd_listen_fds(3)).
    public static let listeners = "LISTEN_FDS"
    /// The process that they are meant for.
    public static let listenersPid = "LISTEN_PID"
    /// The first descriptor of the listening sockets.
    public static let firstListener: Int32 = 3
    /// The folder in which the service is found while it runs, in the environment of lb-admin.
    public static let runtime = "LBCTL_RUNTIME_FOLDER"
    /// The file in that folder which has the token of lb-admin.
    public static let adminToken = "admin.token"
    /// The folder in which its log is kept, in the environment of lb-admin.
    public static let history = "LBCTL_HISTORY_FOLDER"
    /// The name of the service.
    public static let service = "LBCTL_NAME"
    /// The name of the child, as `backend.2`.
    public static let instance = "LBCTL_INSTANCE"
}
