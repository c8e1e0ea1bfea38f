import Basics

/// What a worker allows itself and others. All limits stand here, with their reasons.
enum Limits {
    /// A message being read. Holds the longest head that a request may have and a body of 16 KiB
    /// behind it, so that such a request is read, rewritten and sent on in one piece.
    static let messageBuffer = 33 << 10
    /// Free in front of a message, for what a rewritten head has more than the one that came.
    static let headroom = 1 << 10
    /// For bodies too big for the above: measured, larger pieces cost less a byte up to this size.
    static let bodyBuffer = 256 << 10
    /// A body is worth a big buffer from here on.
    static let bigBody: UInt64 = 64 << 10
    /// Big buffers lent at a time by a thread; later exchanges make do with small ones.
    static let bodyBuffersLent = 24
    /// The longest head of a response: the backend is ours, and what it sends in cookies is no
    /// attack, while clients are held to `--max-head`.
    static let responseHead = 64 << 10
    /// Responses under way, in one thread, with heads that have needed more than `messageBuffer`:
    /// each takes up as much again, as read and framed anew, or 17 MiB in all.
    static let largeHeads = 256
    /// Unused buffers that are kept for the next request.
    static let spareMessageBuffers = 256
    static let spareBodyBuffers = 4
    /// What one connection may move before others have their turn.
    static let bytesATurn = 1 << 20
    /// Connections accepted before others have their turn.
    static let acceptsATurn = 64
    /// Idle connections to a backend are let go before the backend does it: Node's keep-alive,
    /// the shortest of the common ones, is 5 s.
    static let pooledIdle = Nanoseconds.seconds(4)
    /// A backend that leaves an idle connection open for this long keeps connections; one that does
    /// not may be closing it at the very moment it is used again.
    static let keptProof = Nanoseconds.milliseconds(10)
    /// A request on a new connection that has no answer after this time is looked at: a backend
    /// that has a thread to spare has read it long since, even on a busy machine.
    static let unreadMoment = Nanoseconds.milliseconds(50)
    /// How often while it is not read, and how often an idle connection is looked at for a request
    /// that waits because of it: together with the moment less than half a second.
    static let unreadLook = Nanoseconds.milliseconds(100)
    /// One that has idled for less did not keep its backend from others: that may have been about
    /// to turn to them.
    static let idlesInTheWay = Nanoseconds.milliseconds(10)
    /// What is not known to lie unread may be answered before long, over a long way.
    static let answerOnItsWay = Nanoseconds.milliseconds(500)
    /// How often the control thread looks whether the connection of a check is in a request's way,
    /// for a balancer beside this one; requests of this one say so.
    static let keptCheckLook = Nanoseconds.seconds(1)
    /// How long it is remembered that a backend closed connections that had idled for so long.
    static let closeRemembered = Nanoseconds.minutes(1)
    /// A client that waits for 100 (Continue) is told to go on after this time if the backend says
    /// nothing: that may be waiting for the body.
    static let continuePatience = Nanoseconds.seconds(1)
    /// Interim responses to one request; a backend that sends more may never stop.
    static let interims = 200
    /// How long a client that has been refused may go on sending before it is cut off, so that
    /// a reset does not eat the answer (RFC 9112 §9.6).
    static let linger = Nanoseconds.seconds(2)
    /// One that goes on sending what it was going to has this long, so that it comes to the end of
    /// a large body and reads why that was refused.
    static let lingerLongest = Nanoseconds.seconds(10)
    /// A connection that was accepted just before a balancer leaves has this long to say something.
    static let firstWords = Nanoseconds.milliseconds(100)
    /// How long a balancer takes for its last answers once its time is over.
    static let lastWrites = Nanoseconds.milliseconds(50)
    /// How long a figure of what is usual is gone by.
    static let patienceKept = Nanoseconds.seconds(1)
    /// How long the answer to such a look may take, and how often there is one.
    static let urgentCheck = Nanoseconds.milliseconds(300)
    static let urgentPause = Nanoseconds.seconds(1)
    /// Requests that wait for a backend, in one thread; later ones are refused at once.
    static let queue = 1000
    /// How often those that wait for a backend to have room look whether another process made some:
    /// within this one they are told.
    static let roomLook = Nanoseconds.milliseconds(2)
    /// How much later than one in another process a request may have come and yet go first: so long
    /// a place that is free need not wait for the other process to look.
    static let roomSlack = Nanoseconds.milliseconds(20)
    /// How often a place is claimed anew where several threads claimed the last one at once.
    static let claims = 4
    /// Requests that were let down no longer than this before the word of a death were let down by
    /// it.
    static let deathWindow = Nanoseconds.milliseconds(100)
    /// How long an answer about a dead process waits for the supervisor to say how it died, which
    /// takes it less than a millisecond.
    static let newsDelay = Nanoseconds.milliseconds(20)
    /// The least rate is measured over stretches of `--timeout-client`, and none shorter than this:
    /// over moments it says nothing about a client.
    static let shortestStretch = Nanoseconds.seconds(10)
    /// What a request and its response can take up at the worst: each as read, and framed anew.
    static let memoryPerExchange = UInt64(4 * (messageBuffer + headroom))
    /// HTTP checks that one connection carries, one after the other: a new connection costs three
    /// times what such a check costs, and is the only thing that shows that others can connect.
    static let checksPerConnection = 5
    /// What a backend may say to a check before it says what is waited for.
    static let checkAnswer = 16 << 10
    /// A client that sends no more may have gone, and nothing shows it until it is sent something.
    /// Its request is answered for so long.
    static let halfClosed = Nanoseconds.seconds(5)
    /// How often it is looked meanwhile whether one on this machine has gone.
    static let endLook = Nanoseconds.seconds(1)
    /// Half of a stream that is left alone by the other half is kept this long without a byte.
    static let halfStream = Nanoseconds.seconds(60)
    /// A stream that filled a small buffer is read into a big one next. Measured for 1 MiB, a copy
    /// through 256 KiB costs 190 to 230 µs of a core, and splice(2) through a pipe 210 to 220; and
    /// the receiver of what came through a pipe has more to do: in HTTP mode 1,580 MiB a second
    /// against 2,300.
    static let bulkRead = messageBuffer - headroom
    /// What a stream can take up at the worst: a buffer each way. The big ones are counted.
    static let memoryPerStream = UInt64(2 * (messageBuffer + headroom))
    /// What of a connection is looked at for a PROXY header. The longest there may be, which no
    /// proxy sends, takes a second look.
    static let proxyHeader = 1 << 10
    /// Idle clients that are remembered when some are looked for, by a worker that is full.
    static let idleClientsKept = 1024
    /// Out of descriptors, accepting pauses this long.
    static let acceptPause = Nanoseconds.milliseconds(100)
    /// Clients that were shut out of which the log has the addresses, a second.
    static let bansNamed = 10
    /// The oldest line of a batch of access lines waits no longer than this.
    static let logDelay = Nanoseconds.milliseconds(5)
    /// What of a target is logged, in bytes.
    static let loggedTarget = 1024
    /// What of Referer and of User-Agent is logged, in bytes.
    static let loggedWord = 400
    /// Descriptors that are not for connections: listeners, the link, logs.
    static let descriptorReserve = 128
}
