/// Which side sent a message, and so how it is read.
///
/// What a client sends is read by the letter, for others may read it differently behind us. Of what
/// a backend sends, that is taken too which can only be meant in one way and is written anew.
public enum Sender: Sendable {
    case client, backend
}
