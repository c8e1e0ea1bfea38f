/// What the service is to its clients: whether they can connect, whether a backend can be chosen
/// for what they ask, and which of them are shut out.
struct ClientAccess {
    var acceptance = Acceptance()
    var availability = ServiceAvailability()
    var bans = BanWatch()
}
